"""The centre's pages for supervisors at a desk: HTML made on the server from the same readings as the routes for programs.

Nothing here is counted or folded, and nothing is told to a browser that is not escaped (`html`).
"""
