"""What is sent is what another LLRP implementation reads, and what readers send becomes plain values."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from llrp_peer import CAPABILITIES, IMPINJ_CAPABILITIES, bare, epc, report
from llrpkit.protocol import LLRPMessage, decode_message, enums, impinj, messages, params

from drivers.contract import DeviceError
from drivers.rfid import simulated_messages as says
from drivers.rfid.llrp import messages as ours
from drivers.rfid.llrp.codec import Codec, CodecError, codec
from drivers.rfid.llrp.startup import Wishes, planned
from drivers.rfid.llrp.wire import MessageType, custom, message, tlv, tv

CODEC = codec()
TID = "E28011300000000000000007"


def read_by_another(request: ours.Request) -> Any:
    """As llrpkit decodes it, which gives each message attributes of its own."""
    found: Any = decode_message(CODEC.encode(request, 4711))
    assert found.message_id == 4711
    return found


def test_the_inventory_reads_for_ever_with_what_was_wished() -> None:
    wished = ours.Inventory(
        9, (1, 3), 12, hop_table=1, session=2, population=100, mode=1002, report_every=8, impinj=True
    )
    spec = read_by_another(ours.AddRoSpec(wished)).ro_spec
    assert (
        spec.ro_boundary_spec.ro_spec_start_trigger.ro_spec_start_trigger_type == enums.ROSpecStartTriggerType.Immediate
    )
    assert spec.ro_boundary_spec.ro_spec_stop_trigger.ro_spec_stop_trigger_type == enums.ROSpecStopTriggerType.Null
    (ai,) = spec.spec_parameters
    assert ai.antenna_ids == [1, 3]
    (inventory,) = ai.inventory_parameter_specs
    assert [each.antenna_id for each in inventory.antenna_configurations] == [1, 3]
    for antenna in inventory.antenna_configurations:
        assert (antenna.rf_transmitter.transmit_power, antenna.rf_transmitter.hop_table_id) == (12, 1)
        (command,) = antenna.air_protocol_inventory_command_settings
        assert command.c1_g2_rf_control.mode_index == 1002
        assert command.c1_g2_singulation_control.session == 2
        assert command.c1_g2_singulation_control.tag_population == 100
    assert spec.ro_report_spec.n == 8
    (selector,) = spec.ro_report_spec.custom
    assert isinstance(selector, impinj.ImpinjTagReportContentSelector)


def test_what_is_not_wished_is_left_to_the_reader() -> None:
    spec = read_by_another(ours.AddRoSpec(ours.Inventory(9))).ro_spec
    (ai,) = spec.spec_parameters
    assert ai.antenna_ids == [0]
    (antenna,) = ai.inventory_parameter_specs[0].antenna_configurations
    assert antenna.rf_transmitter is None
    assert antenna.air_protocol_inventory_command_settings[0].c1_g2_rf_control is None
    assert spec.ro_report_spec.custom == []


def test_keepalives_and_events_are_asked_for_and_only_impinj_gets_its_link_monitor() -> None:
    plain = read_by_another(ours.Configure(7000))
    assert plain.keepalive_spec.periodic_trigger_value == 7000
    assert plain.custom == []
    asked = {each.event_type.name for each in plain.reader_event_notification_spec.event_notification_states}
    assert asked == {
        "GPI_Event",
        "ROSpec_Event",
        "Report_Buffer_Fill_Warning",
        "Reader_Exception_Event",
        "Antenna_Event",
    }
    (monitor,) = read_by_another(ours.Configure(7000, 2)).custom
    assert (monitor.link_monitor_mode, monitor.link_down_threshold) == (impinj.ImpinjLinkMonitorMode.Enabled, 2)


def test_what_sllurp_encodes_wrong_or_not_at_all_is_right_on_the_wire() -> None:
    (written,) = read_by_another(ours.SetOutput(3, True)).gpo_write_datas
    assert (written.gpo_port_number, written.gpo_data) == (3, True)
    asked = read_by_another(ours.GetAntennas())
    assert asked.requested_data == enums.GetReaderConfigRequestedData.AntennaProperties
    assert asked.antenna_id == 0


def test_an_access_command_is_for_one_tag_and_one_time() -> None:
    target = ours.Target(1, 32, epc(1))
    spec = read_by_another(ours.AddAccess(5, 9, target, ours.WriteWords(5, 1, 2, bytes(range(12))))).access_spec
    (found,) = spec.access_command.air_protocol_tag_spec.c1_g2_target_tags
    assert (found.mb, found.match, found.pointer) == (1, True, 32)
    assert (found.tag_mask.data, found.tag_data.data) == (b"\xff" * 12, bytes.fromhex(epc(1)))
    assert spec.access_spec_stop_trigger.operation_count_value == 1
    (write,) = spec.access_command.access_command_op_specs
    assert (write.op_spec_id, write.word_pointer, len(write.write_data)) == (5, 2, 6)


def test_an_access_command_is_for_a_tags_own_number_and_every_time_it_is_met() -> None:
    request = ours.AddAccess(5, 9, ours.Target(2, 0, TID), ours.ReadWords(5, 1, 1, 7), times=0)
    spec = read_by_another(request).access_spec
    (found,) = spec.access_command.air_protocol_tag_spec.c1_g2_target_tags
    assert (found.mb, found.pointer, found.tag_data.data) == (2, 0, bytes.fromhex(TID))
    assert spec.access_spec_stop_trigger.access_spec_stop_trigger == enums.AccessSpecStopTriggerType.Null


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (ours.GetCapabilities(), messages.GET_READER_CAPABILITIES),
        (ours.EnableImpinjExtensions(), impinj.IMPINJ_ENABLE_EXTENSIONS),
        (ours.EnableRoSpec(1), messages.ENABLE_ROSPEC),
        (ours.DeleteRoSpec(0), messages.DELETE_ROSPEC),
        (ours.EnableAccess(1), messages.ENABLE_ACCESSSPEC),
        (ours.DeleteAccess(0), messages.DELETE_ACCESSSPEC),
        (ours.EnableEventsAndReports(), messages.ENABLE_EVENTS_AND_REPORTS),
        (ours.KeepaliveAck(), messages.KEEPALIVE_ACK),
        (ours.CloseConnection(), messages.CLOSE_CONNECTION),
    ],
)
def test_every_other_request_is_understood(request_: ours.Request, kind: type[LLRPMessage]) -> None:
    assert isinstance(read_by_another(request_), kind)


# --- what readers say -------------------------------------------------------------------------------------------------


def decoded_tag(*fields: bytes) -> ours.TagData:
    found = CODEC.decode(report(bare(1, *fields)))
    assert isinstance(found, ours.Report)
    return found.tags[0]


def test_a_tag_has_what_its_reader_reports() -> None:
    stamp = struct.pack(">Q", 1234)
    assert decoded_tag(tv(1, b"\x00\x02"), tv(6, b"\xc9"), tv(4, stamp), tv(8, b"\x01\x00")) == ours.TagData(
        epc(1), antenna=2, rssi_cdbm=-5500, seen_utc=1234, times=256
    )
    assert decoded_tag(tv(2, stamp)).seen_utc == 1234
    assert decoded_tag(tv(3, stamp)).seen_uptime == 1234
    assert decoded_tag(custom(25882, 57, struct.pack(">h", -7001)), tv(6, b"\xc9")).rssi_cdbm == -7001


@pytest.mark.parametrize("digits", ["3034", "30342F", "AB" * 16, "01" * 62])
def test_epcs_of_any_length_are_kept_as_they_are(digits: str) -> None:
    data = bytes.fromhex(digits)
    found = CODEC.decode(report(tlv(240, tlv(241, struct.pack(">H", 8 * len(data)) + data))))
    assert found == ours.Report((ours.TagData(digits),))


def test_an_epc_that_is_not_as_long_as_it_says_is_no_epc() -> None:
    torn = tlv(240, tlv(241, struct.pack(">H", 128) + b"\x30\x34"))
    assert CODEC.decode(report(torn, bare(2))) == ours.Report((ours.TagData(epc(2)),), bad=1)


def test_a_tag_without_an_epc_is_bad_and_an_empty_epc_is_nobody() -> None:
    nameless, empty = tlv(240, tv(1, b"\x00\x01")), tlv(240, tlv(241, b"\x00\x00"))
    assert CODEC.decode(report(nameless, empty, bare(3))) == ours.Report((ours.TagData(epc(3)),), bad=1)


def test_a_report_of_llrpkit_reads_the_same() -> None:
    seen = params.TagReportData(
        epc_parameter=params.EPC_96(epc=bytes.fromhex(epc(5))),
        antenna_id=params.AntennaID(antenna_id=4),
        peak_rssi=params.PeakRSSI(peak_rssi=-61),
        last_seen_timestamp_utc=params.LastSeenTimestampUTC(microseconds=99),
        tag_seen_count=params.TagSeenCount(tag_count=3),
    )
    seen.custom.append(impinj.ImpinjRFPhaseAngle(phase_angle=2048))
    data = messages.RO_ACCESS_REPORT(tag_report_datas=[seen]).to_bytes(message_id=1)
    assert CODEC.decode(data) == ours.Report((ours.TagData(epc(5), 4, -6100, 99, None, 3, 2048),))


def test_events_of_one_notification_are_all_told_with_its_time() -> None:
    body = tlv(128, struct.pack(">Q", 42)) + tlv(255, struct.pack(">BH", 0, 3)) + tlv(251)
    found = CODEC.decode(message(MessageType.READER_EVENT_NOTIFICATION, 0, tlv(246, body)))
    assert found == ours.Notification((ours.AntennaChanged(3, False), ours.BufferOverflowed()), utc=42)


def test_capabilities_tell_maker_antennas_powers_and_modes() -> None:
    found = CODEC.decode(says.answer(MessageType.GET_READER_CAPABILITIES_RESPONSE, 3, IMPINJ_CAPABILITIES))
    assert isinstance(found, ours.Answer)
    reader = found.capabilities
    assert reader is not None
    assert (reader.maker, reader.model, reader.firmware, reader.antennas, reader.outputs) == (
        25882,
        700,
        "peer 1.0",
        4,
        2,
    )
    assert (reader.powers[0], reader.powers[-1], reader.modes) == ((1, 1000), (21, 3000), (0,))


def test_the_power_taken_is_the_next_one_that_is_not_stronger() -> None:
    reader = ours.Capabilities(powers=((1, 1000), (2, 1050), (9, 3000)))
    for wished, index in ((10.0, 1), (10.4, 1), (10.5, 2), (29.9, 2), (36.0, 9)):
        assert planned(Wishes(power_dbm=wished), reader).power_index == index
    assert planned(Wishes(), reader).power_index is None
    with pytest.raises(DeviceError, match="20 dBm: the reader tells no powers"):
        planned(Wishes(power_dbm=20), ours.Capabilities())


def test_an_unknown_status_is_no_success() -> None:
    found = CODEC.decode(says.answer(MessageType.ADD_ROSPEC_RESPONSE, 3, code=7, text="what"))
    assert isinstance(found, ours.Answer)
    assert found.status == ours.Status(False, "unknown status: what")


def test_a_type_that_no_codec_knows_is_its_error() -> None:
    with pytest.raises(CodecError, match="type 999"):
        CODEC.decode(message(999, 1))


# --- which codec ------------------------------------------------------------------------------------------------------


def test_without_sllurp_the_extra_is_named() -> None:
    script = (
        "import sys; sys.modules['sllurp'] = None\n"
        "from drivers import registry\n"
        "try: registry.reader('llrp', 'portal', {'host': 'r1'})\n"
        "except registry.DriverError as error: print(error)\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "LLRP readers need the package sllurp: install rl-station with its extra 'llrp'" in answer.stdout


def test_only_the_one_marked_module_imports_sllurp() -> None:
    root = Path(__file__).parents[2]
    importing = {
        path.name: path.read_text().splitlines()[0]
        for folder in ("drivers", "rl_station")
        for path in (root / folder).rglob("*.py")
        if any(line.startswith(("import sllurp", "from sllurp")) for line in path.read_text().splitlines())
    }
    assert importing == {"sllurp_codec.py": "# SPDX-License-Identifier: GPL-3.0-only"}


def test_another_codec_can_be_installed_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = tmp_path / "othercodec-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: othercodec\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[rl_station.drivers]\nllrp-codec.other = othercodec_module:make\n")
    (tmp_path / "othercodec_module.py").write_text(
        "class Other:\n    def encode(self, request, message_id): ...\n    def decode(self, frame): ...\nmake = Other\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert isinstance(codec("other"), Codec)
    with pytest.raises(DeviceError, match="there is no LLRP codec 'nobodys'"):
        codec("nobodys")


def test_the_capabilities_used_in_these_tests_are_valid_for_another_implementation() -> None:
    found: Any = decode_message(says.answer(MessageType.GET_READER_CAPABILITIES_RESPONSE, 3, CAPABILITIES))
    assert found.general_device_capabilities.max_number_of_antenna_supported == 4
