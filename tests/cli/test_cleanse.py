"""What of a configuration is kept: no secret, not half of one, nothing that changes by itself."""

import pytest

from probes.cli.cleanse import HIDDEN, LARGEST, NotKeptError, cleansed
from probes.cli.language import platforms
from tests.cli.transcripts import (
    FORTIOS_CONFIG,
    IOS_CONFIG,
    JUNOS_CONFIG,
    PLANTED,
    ROUTEROS_CONFIG,
    VRP_CONFIG,
)

SHOWN = {
    "cisco-ios": IOS_CONFIG,
    "fortios": FORTIOS_CONFIG,
    "huawei-vrp": VRP_CONFIG,
    "huawei-usg": VRP_CONFIG,
    "junos": JUNOS_CONFIG,
    "routeros": ROUTEROS_CONFIG,
}


def kept(name: str, text: str) -> str:
    platform = platforms()[name]
    assert platform.backup is not None
    return cleansed(platform.backup, platform.refused, text)


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_planted_secrets_are_hidden_and_all_else_stays(name: str) -> None:
    text = kept(name, SHOWN[name])
    assert PLANTED not in text
    assert HIDDEN in text
    hidden = {line for line in SHOWN[name].splitlines() if PLANTED in line}
    volatile = 8
    assert len(text.splitlines()) >= len(SHOWN[name].splitlines()) - len(hidden) - volatile


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_keeping_again_changes_nothing(name: str) -> None:
    once = kept(name, SHOWN[name])
    assert kept(name, once) == once


SECRETS = {
    "cisco-ios": [
        "enable password {}",
        "enable secret level 5 9 {}",
        "username noc password 0 {}",
        " key-string 7 {}",
        "tacacs-server host 10.0.0.1 key 7 {}",
        "radius-server key {}",
        "snmp-server host 10.0.0.1 {}",
        "snmp-server host 10.0.0.1 version 3 priv {}",
        "snmp-server user noc grp v3 auth sha {} priv aes 128 {}",
        " ip ospf authentication-key 7 {}",
        " neighbor 10.0.0.1 password 7 {}",
        " pre-shared-key local {}",
        " ppp chap password 0 {}",
        " standby 1 authentication md5 key-string 7 {}",
        "  server-key 7 {}",
        " wpa-psk ascii 0 {}",
        "crypto isakmp key 6 {} address 0.0.0.0",
        "ntp authentication-key 1 md5 {} 7",
        " authentication text {}",
    ],
    "frr": [
        "password {}",
        "enable password 8 {}",
        " neighbor 10.0.0.1 password {}",
        " ip ospf message-digest-key 1 md5 {}",
        " ip ospf authentication-key {}",
        "  key-string {}",
        " isis password md5 {}",
    ],
    "huawei-vrp": [
        " local-user noc password cipher {}",
        "super password level 3 cipher {}",
        " set authentication password cipher {}",
        " radius-server shared-key cipher {}",
        " snmp-agent usm-user v3 noc authentication-mode sha cipher {}",
        " pre-shared-key {}",
        " ospf authentication-mode simple plain {}",
        " vrrp vrid 1 authentication-mode md5 {}",
        " key-string plain {}",
        " isis authentication-mode simple plain {}",
    ],
    "fortios": [
        "    set passwd {}",
        '    set auth-pwd "{}"',
        "    set ppk-secret ENC {}",
        '    set key "{}"',
        '    set wifi-passphrase "{}"',
        '    set auth-password-l1 "{}"',
        "    set priv-pwd ENC {}",
    ],
    "junos": [
        'set system radius-server 10.0.0.1 secret "{}"',
        "set snmp v3 usm local-engine user noc authentication-sha authentication-key {}",
        'set snmp v3 snmp-community index1 community-name "{}"',
        'set security ike policy p pre-shared-key ascii-text "{}"',
        "set access profile p client c firewall-user password {}",
        "set system tacplus-server 10.0.0.1 secret {}",
    ],
    "routeros": [
        '/ppp secret add name=a password="{} b"',
        "/interface wireguard add name=wg private-key={}",
        '/interface wireguard peers add preshared-key="{}"',
        "/snmp community add name={}",
        '/snmp community add authentication-password="x y{}" encryption-password={} name=v3',
        "/radius add address=10.0.0.1 secret={} service=login",
        "/interface wifi security set wpa passphrase={}",
        "/routing bgp template set default tcp-md5-key={}",
    ],
}


@pytest.mark.parametrize(
    ("name", "line"), [(name, line) for name, lines in SECRETS.items() for line in lines]
)
def test_secret_of_a_line_is_hidden(name: str, line: str) -> None:
    last = {"junos": "set x y", "fortios": "end", "routeros": "/x", "huawei-vrp": "return"}
    text = "a 1\nb 2\nc 3\nd 4\n" + line.replace("{}", PLANTED) + f"\n{last.get(name, 'end')}\n"
    found = kept(name, text)
    assert PLANTED not in found, found
    assert HIDDEN in found


OPEN = {
    "cisco-ios": [
        "service password-encryption",
        "aaa authentication login default local",
        "key chain ospf",
        " authentication pre-share",
        "crypto key generate rsa",
        " ip address 10.0.0.1 255.255.255.0",
        "ip ssh version 2",
    ],
    "fortios": [
        '        set comment "the key is under the mat"',
        '        set name "secret-room"',
        "        set password-policy enable",
        "        set srcaddr all",
        "        set keylife 43200",
    ],
    "huawei-vrp": [" description cipherless", " ip address 10.0.0.1 24", " stelnet server enable"],
    "junos": ["set protocols bgp group x type external", "set system services ssh"],
    "routeros": ["/ip address add address=10.0.0.1/24 interface=key-room"],
}


@pytest.mark.parametrize(
    ("name", "line"), [(name, line) for name, lines in OPEN.items() for line in lines]
)
def test_line_without_a_secret_stays(name: str, line: str) -> None:
    last = {"junos": "set x y", "fortios": "end", "routeros": "/x", "huawei-vrp": "return"}
    text = f"a 1\nb 2\nc 3\nd 4\n{line}\n{last.get(name, 'end')}\n"
    assert line.rstrip() in kept(name, text).splitlines()


LINES = "\n".join(f"line {n}" for n in range(20))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "nothing"),
        ("\n \n", "nothing"),
        ("% Invalid input detected at '^' marker.", "does not know or not allow"),
        (f"% Authorization failed.\n{LINES}\nend", "does not know or not allow"),
        (f"{LINES}\n% Error in it", "does not know or not allow"),
        ("one\ntwo\nend", "3 lines"),
        (LINES, "its end is missing"),
        (f"{LINES}\n --More-- \nx\nend", "prompts of a pager"),
        (f"{LINES}\n  ---- More ----\nx\nend", "prompts of a pager"),
        (f"{LINES}\n{'x' * 200_000}\nend", "too long"),
        (f"{LINES}\nSession timed out\nend", "not whole"),
        (f"{LINES}\n-----BEGIN RSA PRIVATE KEY-----\nabc\nend", "does not end"),
        ("x\n" * (LARGEST // 2 + 1), "longer than 8 MiB"),
    ],
)
def test_what_is_no_whole_configuration_is_not_kept(text: str, fault: str) -> None:
    with pytest.raises(NotKeptError, match=fault):
        kept("cisco-ios", text)


def test_export_that_says_it_failed_is_not_kept() -> None:
    with pytest.raises(NotKeptError, match="not whole"):
        kept("routeros", f'{LINES}\n#error exporting "/interface" (timeout)\n/x\n')


def test_control_characters_of_a_device_are_not_kept() -> None:
    text = kept("cisco-ios", f"{LINES}\n description \x1b]0;owned\x07 \x1b[2J\nend")
    assert "\x1b" not in text
    assert "\x07" not in text
