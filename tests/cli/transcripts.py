"""What the vendors' devices say in these tests; secrets in them are planted."""

from tests.cli.vendor import Vendor

PLANTED = "Pl4nted-S3cret"

FORTIOS_VERSIONS = """\
AV Engine
---------
Version: 7.00018 signed
Contract Expiry Date: Thu Dec 31 2026
Last Updated using manual update on Tue Nov  3 19:28:00 2026
Last Update Attempt: Sun Nov 22 09:12:20 2026
Result: No Updates

Virus Definitions
---------
Version: 92.08841 signed
Contract Expiry Date: Thu Dec 31 2026
Last Updated using scheduled update on Sat Nov 21 08:26:00 2026
Last Update Attempt: Sun Nov 22 09:12:20 2026
Result: No Updates

IP Geography DB
---------
Version: 3.00199
Contract Expiry Date: n/a
Last Updated using manual update on Thu May 12 14:34:00 2022
Last Update Attempt: n/a
Result: Updates Installed
"""

FORTIOS_CONFIG = f"""\
#config-version=FGT60F-7.2.8-FW-build1639-240313:opmode=0:vdom=0:user=noc
#conf_file_ver=SERIALNUMBER
#buildno=1639
#global_vdom=1
config system global
    set hostname "FGT-HBH"
    set timezone 53
end
config system admin
    edit "admin"
        set accprofile "super_admin"
        set password ENC SH2{PLANTED}SALTED
    next
end
config system snmp community
    edit 1
        set name "{PLANTED}"
        config hosts
            edit 1
                set ip 10.17.0.5 255.255.255.255
            next
        end
    next
end
config vpn certificate local
    edit "Fortinet_CA_SSL"
        set password ENC {PLANTED}SALTED
        set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----
MIIFJDBWBgkqhkiG9w0BBQ0wSTAxBgkqhki{PLANTED}
SALTEDG9w0BBQwwHAQITg2KCq4tBZ4CAggAMA
-----END ENCRYPTED PRIVATE KEY-----"
    next
end
config vpn ipsec phase1-interface
    edit "to-mai-chau"
        set interface "wan1"
        set psksecret ENC {PLANTED}SALTED
    next
end
config firewall policy
    edit 1
        set name "Ra Internet"
        set action accept
    next
end
"""


def fortios(salt: str = "aa11", **more: object) -> Vendor:
    """A FortiGate whose user may read only: its output stays paged."""
    config = FORTIOS_CONFIG.replace("SALTED", salt).replace("SERIALNUMBER", salt.encode().hex())
    answers = {"diagnose autoupdate versions": FORTIOS_VERSIONS, "show": config}
    given = {"height": 20, "pager": "--More-- ", "wipe": "\r         \r", **more}
    return Vendor("FGT-HBH # ", answers, unknown="Unknown action 0\n", **given)  # type: ignore[arg-type]


VRP_LICENSE = """\
 Active License : flash:/LICHBH01.dat
 License state : Normal
 Revoke ticket : No ticket

 RD of Huawei Technologies Co., Ltd.

 Product name : AR2200
 Product version : V200R010
 License Serial No : LIC20261122A
 Creator : Huawei Technologies Co., Ltd.
 Created Time : 2024-01-02 08:00:00
 Feature name : ARSDATA
 Authorize type : comm
 Expired date : PERMANENT
 Trial days : --

 Feature name : ARSSEC
 Authorize type : demo
 Expired date : 2026-12-31
 Trial days : 60
"""
VRP_NTP = """\
 clock status: synchronized
 clock stratum: 3
 reference clock ID: 10.17.0.1
 nominal frequency: 100.0000 Hz
 actual frequency: 99.9999 Hz
 clock precision: 2^17
 clock offset: -2.5000 ms
 root delay: 31.02 ms
"""
VRP_CONFIG = f"""\
[V200R010C10SPC500]
!Last configuration was updated at 2026-11-21 09:12:44+07:00 by noc
!Last configuration was saved at 2026-11-21 09:13:02+07:00 by noc
#
 sysname hbh-ar01
#
 snmp-agent community read {PLANTED}
 snmp-agent community read cipher %^%#x1{PLANTED}%^%#
#
aaa
 local-user noc password irreversible-cipher $1c$abc${PLANTED}$
 local-user noc privilege level 1
#
interface GigabitEthernet0/0/1
 description TSLCD - Mai Chau
 ip address 10.17.140.1 255.255.255.252
 ospf authentication-mode md5 1 cipher %^%#y2{PLANTED}%^%#
#
bgp 65001
 peer 10.17.0.9 as-number 65002
 peer 10.17.0.9 password cipher %^%#z3{PLANTED}%^%#
#
return
"""


def vrp(config: str = VRP_CONFIG, **more: object) -> Vendor:
    """A router that pages even though it was asked not to."""
    answers = {
        "display license": VRP_LICENSE,
        "display ntp-service status": VRP_NTP,
        "display current-configuration": config,
    }
    given = {
        "height": 9,
        "pager": "  ---- More ----",
        "wipe": "\x1b[42D" + " " * 42 + "\x1b[42D",
        **more,
    }
    unknown = "            ^\nError: Unrecognized command found at '^' position."
    return Vendor("<hbh-ar01>", answers, unknown=unknown, **given)  # type: ignore[arg-type]


JUNOS_LICENSE = """\
License usage:
                                 Licenses     Licenses    Licenses    Expiry
  Feature name                       used    installed      needed
  av_key_sophos_engine                  1            1           0    2026-12-30 00:00:00 UTC
  dynamic-vpn                           0            2           0    permanent

Licenses installed:
  License identifier: JUNOS386449
"""
JUNOS_ALARMS = """\
2 alarms currently active
Alarm time               Class  Description
2026-11-20 02:11:09 ICT  Minor  Backup RE Active
2026-11-21 15:14:28 ICT  Major  PEM 1 Not OK
"""
JUNOS_CONFIG = f"""\
set version 21.4R3.15
set system host-name hbh-mx01
set system root-authentication encrypted-password "$6$salt${PLANTED}"
set system login user noc class read-only
set system login user noc authentication encrypted-password "$6$pepper${PLANTED}"
set snmp community {PLANTED} authorization read-only
set interfaces ge-0/0/3 description "TSLCD VNPT"
set protocols bgp group wan neighbor 10.17.0.9 authentication-key "$9${PLANTED}"
set security ike policy mai-chau pre-shared-key ascii-text "$9$k{PLANTED}"
"""


def junos(**more: object) -> Vendor:
    """A router of two routing engines: a line stands above its prompt."""
    answers = {
        "show system license": JUNOS_LICENSE,
        "show chassis alarms": JUNOS_ALARMS,
        "show configuration | display set | no-more": JUNOS_CONFIG,
        "set cli screen-width 511": "Screen width set to 511",
        "set cli complete-on-space off": "Disabling complete-on-space",
        "set cli screen-length 0": "Screen length set to 0",
    }
    unknown = "                ^\nunknown command."
    return Vendor("\n{master}\nnoc@hbh-mx01> ", answers, unknown=unknown, **more)  # type: ignore[arg-type]


ROUTEROS_NTP = """\
         enabled: yes
            mode: unicast
         servers: 10.17.0.1
      freq-drift: -1.2 PPM
          status: synchronized
   synced-server: 10.17.0.1
  synced-stratum: 3
   system-offset: 1.25 ms
"""
ROUTEROS_BGP = """\
 0 E name=wan-1 remote.address=10.17.0.9 .as=65002 .id=10.17.0.9 local.address=10.17.0.10
 1   name=wan-2 remote.address=10.17.1.9 .as=65003 local.address=10.17.1.10
"""
ROUTEROS_CONFIG = f"""\
# 2026-11-22 10:00:00 by RouterOS 7.14.3
# software id = ABCD-EFGH
#
# model = RB4011iGS+
/interface bridge add name=bridge-lan
/interface wireless security-profiles set [ find default=yes ] wpa2-pre-shared-key="{PLANTED} x"
/ip ipsec identity add peer=mai-chau secret={PLANTED}
/ip address add address=10.17.140.1/30 interface=ether1 network=10.17.140.0
/snmp community set [ find default=yes ] addresses=10.17.0.5/32 name={PLANTED}
/snmp set enabled=yes
/system identity set name=hbh-mt01
"""


def routeros(**more: object) -> Vendor:
    """A router that has no pages and ends of lines of its own."""
    answers = {
        "/system license print": "  software-id: ABCD-EFGH\n       nlevel: 5\n     features:\n",
        "/system ntp client print": ROUTEROS_NTP,
        "/routing bgp session print terse without-paging": ROUTEROS_BGP,
        "/export terse": ROUTEROS_CONFIG,
    }
    unknown = "bad command name (line 1 column 1)"
    return Vendor("[noc@hbh-mt01] > ", answers, unknown=unknown, **more)  # type: ignore[arg-type]


IOS_LICENSE = """\
Index 1 Feature: ipbasek9
        Period left: Life time
        License Type: Permanent
        License State: Active, In Use
        License Count: Non-Counted
        License Priority: Medium
Index 2 Feature: securityk9
        Period left: 3  weeks 4  days
        Period Used: 4  weeks 2  days
        License Type: EvalRightToUse
        License State: Active, In Use
        License Count: Non-Counted
        License Priority: Low
"""
IOS_NTP = """\
Clock is synchronized, stratum 4, reference is 10.17.0.1
nominal freq is 250.0000 Hz, actual freq is 249.9990 Hz, precision is 2**18
clock offset is 0.2500 msec, root delay is 1.15 msec
"""
IOS_CONFIG = f"""\
Building configuration...

Current configuration : 4711 bytes
!
! Last configuration change at 09:12:44 ICT Sat Nov 21 2026 by noc
! NVRAM config last updated at 09:13:00 ICT Sat Nov 21 2026 by noc
!
version 15.7
hostname hbh-rt01
enable secret 5 $1$abcd${PLANTED}
username noc privilege 1 secret 9 $9${PLANTED}
crypto isakmp key {PLANTED} address 10.17.9.9
interface GigabitEthernet0/1
 description TSLCD - Mai Chau
 ip ospf message-digest-key 1 md5 7 {PLANTED}
router bgp 65001
 neighbor 10.17.0.9 password 7 {PLANTED}
snmp-server community {PLANTED} RO 10
snmp-server host 10.17.0.5 version 2c {PLANTED}
ntp clock-period 17180152
line vty 0 4
 password {PLANTED}
end
"""


def ios(**more: object) -> Vendor:
    """A router that pages until it is told not to."""
    answers = {
        "show license": IOS_LICENSE,
        "show ntp status": IOS_NTP,
        "show running-config": IOS_CONFIG,
    }
    given = {"height": 10, "pager": " --More-- ", "ends": ("terminal length 0",), **more}
    return Vendor("hbh-rt01#", {**answers, "terminal width 511": ""}, **given)  # type: ignore[arg-type]
