"""Hardware lists in every form that is read, and what is said of those that cannot be."""

from __future__ import annotations

import json

import pytest

from imagewright.formats.errors import FormatError
from imagewright.formats.hardware import read_hardware
from imagewright.model.drivers import Device

NIC = Device("esx01", "8086", "1572", device_class="0200", address="3b:00.0", name="Intel Corporation X710")


def devices(text: str, where: str = "esx01.txt") -> tuple[Device, ...]:
    return read_hardware(text.encode(), where)


def refusal(text: str) -> str:
    with pytest.raises(FormatError) as refused:
        devices(text)
    return str(refused.value)


def test_lspci_with_names_and_ids() -> None:
    text = "3b:00.0 Ethernet controller [0200]: Intel Corporation X710 [8086:1572] (rev 02)\n"

    assert devices(text) == (NIC,)


def test_the_interface_belongs_to_the_class() -> None:
    text = "0000:00:14.0 USB controller [0c03]: Intel Corporation xHCI [8086:A12F] (rev 31) (prog-if 30 [XHCI])\n"

    (controller,) = devices(text)
    assert (controller.device, controller.device_class) == ("a12f", "0c0330")


def test_a_name_may_have_brackets_of_its_own() -> None:
    (card,) = devices("65:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA102 [RTX 3090] [10de:2204]\n")

    assert (card.vendor, card.device, card.name) == ("10de", "2204", "NVIDIA Corporation GA102 [RTX 3090]")


def test_subsystems_stand_below_their_device() -> None:
    text = (
        "3b:00.0 Ethernet controller [0200]: Intel Corporation X710 [8086:1572]\n"
        "\tSubsystem: Intel Corporation Ethernet Converged Network Adapter [8086:0008]\n"
        "\tFlags: bus master, fast devsel\n"
        "\tKernel driver in use: i40e\n"
        "\n"
        "3b:00.1 Ethernet controller [0200]: Intel Corporation X710 [8086:1572]\n"
    )

    first, second = devices(text)
    assert (first.subvendor, first.subdevice) == ("8086", "0008")
    assert (second.subvendor, second.subdevice) == ("", "")


def test_ids_alone() -> None:
    assert [each.digits[:8] for each in devices("3b:00.0 0200: 8086:1572 (rev 02)\n00:1f.2 0106: 8086:a102\n")] == [
        "80861572",
        "8086a102",
    ]


def test_lines_for_programs() -> None:
    text = (
        '3b:00.0 "Ethernet controller [0200]" "Intel Corporation [8086]" "X710 [1572]" -r02 "Dell [1028]" "X [1f3a]"\n'
    )

    (nic,) = devices(text)
    assert (nic.vendor, nic.device, nic.subvendor, nic.subdevice) == ("8086", "1572", "1028", "1f3a")
    assert nic.name == "Intel Corporation X710"


def test_records_for_programs() -> None:
    text = (
        "Slot:\t3b:00.0\nClass:\tEthernet controller [0200]\nVendor:\tIntel Corporation [8086]\nDevice:\tX710 [1572]\n"
        "SVendor:\tDell [1028]\nSDevice:\tEthernet 10G [1f3a]\nRev:\t02\n\n"
        "Slot:\t00:14.0\nClass:\t0c03\nVendor:\t8086\nDevice:\ta12f\nProgIf:\t30\n"
    )

    nic, usb = devices(text)
    assert nic.digits == "808615721028" + "1f3a" + "0200??"
    assert usb.digits == "8086a12f????????0c0330"


def test_hosts_are_told_by_a_heading_or_before_every_line_or_by_the_file() -> None:
    line = "3b:00.0 0200: 8086:1572"

    assert [each.host for each in devices(f"{line}\nhost: esx07.example.com\n{line}\n")] == [
        "esx01",
        "esx07.example.com",
    ]
    assert [each.host for each in devices(f"esx02: {line}\nesx03: 0000:{line}\n")] == ["esx02", "esx03"]


def test_csv_with_the_columns_that_there_are() -> None:
    text = "Host;Vendor;Device;Class\nesx01;8086;0x1572;0200\n;14e4;16D7;\n\n"

    first, second = devices(text, "hall-2.csv")
    assert (first.host, first.digits) == ("esx01", "80861572????????0200??")
    assert (second.host, second.digits) == ("hall-2", "14e416d7??????????????")


def test_json_of_hosts() -> None:
    text = json.dumps(
        {
            "esx01": ["8086:1572", "1000:0014:1028:1f3a"],
            "esx02": [{"vendor": "8086", "device": "1572", "address": "3b:00.0", "name": "X710"}],
        }
    )

    plain, with_subsystem, in_full = devices(text)
    assert (plain.host, plain.digits) == ("esx01", "80861572??????????????")
    assert with_subsystem.digits == "100000141028" + "1f3a" + "??????"
    assert in_full == Device("esx02", "8086", "1572", address="3b:00.0", name="X710")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lists no device; make it with: lspci -nnvmm"),
        ("{}", "lists no device"),
        ("00:1f.6 Ethernet controller: Intel Corporation I219-LM\n", "line 1 'Ethernet controller: Intel"),
        ("3b:00.0 0200: 8086:1572\nhello\n", "line 2 'hello', which is no device"),
        ("hello\n", "line 1 'hello', which is no device; make the list with ids: lspci -nnvmm"),
        ("Slot:\t00:14.0\nClass:\tUSB controller\nVendor:\tIntel\nDevice:\txHCI\n", "vendor id 'Intel'"),
        ("Slot:\t00:14.0\nClass:\t0c03\n", "without class, vendor and device"),
        ('00:14.0 "0c03" "8086\n', "line 1"),
        ("vendor,device,serial\n8086,1572,7\n", "has the column 'serial'; the columns are host, vendor"),
        ("vendor,device\n8086,157\n", "has at line 2 the device id '157', which is not four hexadecimal digits"),
        ("vendor,device\n8086,\n", "has no device id at line 2"),
        ("vendor,device,class\n8086,1572,02\n", "the class '02', which is not four or six hexadecimal digits"),
        ("00:14.0 " + "a [0000]: " * 500, "has in line 1 5008 characters"),
        ("vendor," + "x" * 200_000, "has in line 1"),
        ("[]", "must be an object of hosts"),
        ('{"esx01": {}}', "must have a list of devices at 'esx01'"),
        ('{"esx01": ["8086"]}', "'8086' at esx01[0]; write vendor:device"),
        ('{"esx01": [7]}', "at esx01[0]"),
        ('{"esx01": [{"vendor": 8086}]}', "must have a text at esx01[0].vendor"),
        ('{"esx01": [{"vendor": "8086", "driver": "x"}]}', "has the key 'driver' at esx01[0]"),
        ('{"esx01": [', "line 1, column"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    message = refusal(text)

    assert message.startswith("esx01.txt: ")
    assert told in message


def test_not_utf_8_is_told_with_the_byte() -> None:
    with pytest.raises(FormatError, match="byte 3 cannot be read"):
        read_hardware(b"ab\xff", "list.txt")
