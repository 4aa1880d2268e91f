"""Sample depots, to try everything without a vendor's files: `write_sample_depots(folder)`.

Invented from end to end. Names of components and VIBs are those that people know from real images, so that a sample
image looks like one; vendors, versions, build numbers (all beginning with 99), dates and content are ours, and no
payload holds anything that runs. Equal code writes equal bytes.

What there is to see in them:

- three releases of a base image, for hosts (`embeddedEsx`) and DPUs (`esxio`);
- an add-on in two versions that supports only the 8.0.3 release (Alpha), and one that supports all (Beta). Both remove
  and override components of the base image; Beta brings a version of `Intel-icen` that is lower than that of 9.1;
- a hardware support package for 8.0.3 and 9.1 that adds, overrides and removes components;
- drivers: `Sample-Net-Driver` 1.2.0 can be installed, 2.0.0 depends on something that no release provides,
  `Sample-Storage-Driver` conflicts with a driver of the base images, `Sample-Net-Agent` depends on the net driver;
- a solution with its component;
- a bundle in which one VIB is damaged.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from imagewright.formats.depot_writer import write_depot
from imagewright.formats.vib import write_vib
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    HardwareSupportPackage,
    MetadataBundle,
    Operator,
    Payload,
    Platform,
    Relation,
    Solution,
    Vib,
    VibRef,
)

# The files, in the order in which `write_sample_depots` gives their paths.
BASE_8_0_2_FILE = "sample-base-8.0.2-depot.zip"
BASE_8_0_3_FILE = "sample-base-8.0.3-depot.zip"
BASE_9_1_0_FILE = "sample-base-9.1.0-depot.zip"
ALPHA_FILE = "sample-alpha-addon-depot.zip"
BETA_FILE = "sample-beta-addon-depot.zip"
HARDWARE_FILE = "sample-hardware-support-depot.zip"
DRIVERS_FILE = "sample-drivers-bundle.zip"
SOLUTION_FILE = "sample-solution-bundle.zip"
BROKEN_FILE = "sample-broken-bundle.zip"
"""One VIB in it has other content than its checksum says, so the import is refused. Always the last path."""

# What a demonstration refers to.
BASE_8_0_2 = "8.0.2-0.40.99000240"
BASE_8_0_3 = "8.0.3-0.35.99000335"
BASE_9_1_0 = "9.1.0.0.99000910"
ALPHA = "Sample-Alpha-AddOn"
ALPHA_OLD, ALPHA_NEW = "803.0.0.1.0.0-5", "803.0.0.1.1.0-8"
BETA, BETA_VERSION = "Sample-Beta-AddOn", "900.0.0.2.0.0-1"
MANAGER, PACKAGE, PACKAGE_VERSION = "com.sample.hardware-manager", "Sample-Server-Support", "2026.10.01-1"
SOLUTION, SOLUTION_VERSION = "com.sample.replication", "1.1.0-99000011"
SOLUTION_COMPONENT = "Sample-Replication-Agent"
NET_DRIVER = "Sample-Net-Driver"
NET_DRIVER_GOOD = "1.2.0-1OEM.800.1.0.99000001"
NET_DRIVER_UNMET = "2.0.0-1OEM.910.1.0.99000002"
"""Depends on `vmkapi_2_99_0_0`, which no sample release provides."""
STORAGE_DRIVER, STORAGE_DRIVER_VERSION = "Sample-Storage-Driver", "1.0.0-1OEM.800.1.0.99000003"
"""Conflicts with VIB `lsi-mr3` of component `Broadcom-lsi-mr3`; removing that component resolves it."""
NET_AGENT, NET_AGENT_VERSION = "Sample-Net-Agent", "1.0.0-99000004"
"""Depends on VIB `sample-net-driver` at version 1.2.0 or higher, so it needs `Sample-Net-Driver` beside it."""

_KB = "https://sample.invalid/kb"
_HOST = Platform("embeddedEsx", "8.0")
_DPU = Platform("esxio", "8.0")


@dataclass(frozen=True, slots=True)
class _Release:
    """One release of the base image; `build` is the end of the driver versions, `apis` what drivers can depend on."""

    file: str
    version: str
    vib_version: str
    esx_version: str
    display: str
    build: str
    minor: int
    apis: tuple[int, ...]
    date: datetime
    quick_patch_from: dict[str, str] = field(default_factory=dict)


_RELEASES = (
    _Release(
        BASE_8_0_2_FILE, BASE_8_0_2, BASE_8_0_2, "8.0.2", "8.0 Update 2 - 99000240", "802.0.40.99000240", 4,
        (6, 7, 8, 9, 10), datetime(2026, 2, 3, 8, tzinfo=UTC),
    ),
    _Release(
        BASE_8_0_3_FILE, BASE_8_0_3, BASE_8_0_3, "8.0.3", "8.0 Update 3 - 99000335", "803.0.35.99000335", 5,
        (6, 7, 8, 9, 10, 11), datetime(2026, 5, 12, 8, tzinfo=UTC), {BASE_8_0_2: "8.0 Update 2 - 99000240"},
    ),
    # From 9.1 on the base image's version has dots only, while the VIBs keep the hyphen.
    _Release(
        BASE_9_1_0_FILE, BASE_9_1_0, "9.1.0-0.99000910", "9.1.0", "9.1.0.0 - 99000910", "910.0.99000910", 7,
        (6, 7, 8, 9, 10, 11, 13), datetime(2026, 9, 1, 8, tzinfo=UTC),
    ),
)  # fmt: skip

_HOST_VIBS = """
bmcal clusterstore cpu-microcode crx drivervm-gpu-base elx-esx-libelxima.so esx-base esx-dvfilter-generic-fastpath
esx-ui esx-xserver esxio-combiner gc infravisor native-misc-drivers qlnativefc-nvme-plugin trx vcls-pod-crx vdfs
vds-vsip vsan vsanhealth
"""
_DPU_VIBS = """
bmcal-esxio crx-esxio esxio-base esxio-dvfilter-generic-fastpath gc-esxio native-misc-drivers-esxio trx-esxio
vds-vsip-esxio
"""

# Component, PCI vendor (or - for no hardware), VIBs. Names that end with -esxio are for DPUs.
_COMPONENTS = """
Broadcom-ELX-brcmnvmefc      10df brcmnvmefc
Broadcom-ELX-elxiscsi        10df elxiscsi
Broadcom-ELX-elxnet          10df elxnet
Broadcom-ELX-lpfc            10df lpfc
Broadcom-bnxt-Net-RoCE       14e4 bnxtnet bnxtroce
Broadcom-lsi-mr3             1000 lsi-mr3
Broadcom-lsi-msgpt2          1000 lsi-msgpt2
Broadcom-lsi-msgpt3          1000 lsi-msgpt3
Broadcom-lsi-msgpt35         1000 lsi-msgpt35
Broadcom-lsiv2-drivers-plugin - lsuv2-lsiv2-drivers-plugin
Broadcom-mpi3mr              1000 mpi3mr
Broadcom-ntg3                14e4 ntg3
Cisco-nenic                  1137 nenic
Cisco-nfnic                  1137 nfnic
HPE-hpv2-hpsa-plugin         -    lsuv2-hpv2-hpsa-plugin
HPE-nhpsa                    103c nhpsa
Intel-NVMe-Vol-Mgmt-Dev      8086 iavmd
Intel-Volume-Mgmt-Device     -    lsuv2-intelv2-nvme-vmd-plugin
Intel-cndi-igc               8086 cndi-igc
Intel-i40en                  8086 i40en
Intel-icen                   8086 icen
Intel-igbn                   8086 igbn
Intel-irdman                 8086 irdman
Intel-ixgben                 8086 ixgben
Intel-ne1000                 8086 ne1000
MRVL-Atlantic-Driver-Bundle  1d6a atlantic
MRVL-E3-Ethernet-iSCSI-FCoE  14e4 qcnic qfle3 qfle3f qfle3i
MRVL-E4-CNA-Driver-Bundle    1077 qedentv qedf qedi qedrntv
MRVL-QLogic-FC               1077 qlnativefc
Mellanox-nmlx4               15b3 nmlx4-core nmlx4-en nmlx4-rdma
Mellanox-nmlx5               15b3 nmlx5-cc nmlx5-core nmlx5-rdma nmlx5-cc-esxio nmlx5-core-esxio nmlx5-rdma-esxio
Microchip-smartpqi           9005 smartpqi
Microchip-smartpqiv2-plugin  -    lsuv2-smartpqiv2-plugin
Micron-mtip32xx-native       1344 mtip32xx-native mtip32xx-native-esxio
Pensando-ionic-en            1dd8 ionic-en ionic-en-esxio ionic-cloud ionic-cloud-esxio
Solarflare-NIC               1924 sfvmk
VMware-NVMe-PCIe             144d nvme-pcie nvme-pcie-esxio
VMware-NVMeoF-RDMA           -    nvmerdma nvmerdma-esxio
VMware-NVMeoF-TCP            -    nvmetcp nvmetcp-esxio
VMware-VM-Tools              -    tools-light
VMware-ahci                  8086 vmw-ahci vmw-ahci-esxio
VMware-bfedac-esxio          15b3 bfedac-esxio
VMware-bnxtnet-esxio         14e4 bnxtnet-esxio bnxtroce-esxio
VMware-iser                  -    iser
VMware-nvme-pcie-plugin      -    lsuv2-nvme-pcie-plugin
VMware-nvme-plugin           -    esxcli-nvme-plugin esxcli-nvme-plugin-esxio
VMware-nvmxnet3              15ad nvmxnet3 nvmxnet3-ens nvmxnet3-esxio nvmxnet3-ens-esxio
VMware-oem-dell-plugin       -    lsuv2-oem-dell-plugin
VMware-oem-hp-plugin         -    lsuv2-oem-hp-plugin
VMware-oem-lenovo-plugin     -    lsuv2-oem-lenovo-plugin
VMware-penedac-esxio         1dd8 penedac-esxio
VMware-pengpio-esxio         1dd8 pengpio-esxio
VMware-penspi-esxio          1dd8 penspi-esxio
VMware-pvscsi                15ad pvscsi
VMware-rdmahl                15ad rdmahl
VMware-rshim                 15b3 rshim rshim-net
VMware-vmkata                8086 vmkata
VMware-vmkfcoe               8086 vmkfcoe
VMware-vmksdhci              8086 vmksdhci vmksdhci-esxio
VMware-vmkusb                8086 vmkusb vmkusb-esxio vmkusb-nic-fling
VMware-vmxnet3-plugin        -    esxcli-vmxnet3-plugin
"""


def write_sample_depots(folder: Path) -> list[Path]:
    """Writes all sample depots into `folder`, which is made when it is not there, over those of an earlier run.

    Gives their paths in the order of the constants above: base images, add-ons, hardware support, drivers, solution,
    and last the broken one, which cannot be imported.
    """
    folder.mkdir(parents=True, exist_ok=True)
    depots = [*map(_base_depot, _RELEASES), _alpha_depot(), _beta_depot(), _hardware_depot()]
    depots += [_drivers_bundle(), _solution_bundle(), _broken_bundle()]
    for depot in depots:
        with (folder / depot.file).open("wb") as sink:
            write_depot(sink, depot.content(), depot.open_vib)
    return [folder / depot.file for depot in depots]


@dataclass(slots=True)
class _Depot:
    """A depot that is being made up: its VIB files, and the bulletins and images made of them."""

    file: str
    vendor: str
    code: str
    date: datetime
    platforms: tuple[Platform, ...] = (_HOST,)
    base_images: tuple[BaseImage, ...] = ()
    add_ons: tuple[AddOn, ...] = ()
    hardware_support: tuple[HardwareSupportPackage, ...] = ()
    solutions: tuple[Solution, ...] = ()
    components: list[Component] = field(default_factory=list)
    vibs: dict[VibRef, Vib] = field(default_factory=dict)
    files: dict[VibRef, bytes] = field(default_factory=dict)

    def vib(self, name: str, version: str, kind: str = "tgz", **facts: Any) -> VibRef:
        """Makes a VIB with one small payload; `facts` are fields of `Vib`."""
        described = Vib(
            id="",
            name=name,
            version=version,
            vendor=self.code,
            summary=f"{name}: sample content",
            description="Sample content for imagewright. It does nothing.",
            release_date=self.date,
            files=(f"opt/sample/{name}/content.txt",),
            payloads=(Payload(name.replace("-", "")[:8], kind, 0),),
            stateless_ready=True,
        )
        described = replace(described, **facts)
        sink = io.BytesIO()
        payload = _payload(f"{name} {version}", described.files)
        vib = write_vib(sink, described, {described.payloads[0].name: io.BytesIO(payload)})
        self.vibs[vib.ref] = vib
        self.files[vib.ref] = sink.getvalue()
        return vib.ref

    def component(self, name: str, version: str, vibs: list[VibRef], what: str, urgency: str = "important") -> None:
        """Makes a component of VIBs; `what` is its name for people."""
        parts = [self.vibs[ref] for ref in vibs]
        bulletin = Bulletin(
            id=f"{name}_{version}",
            vendor=self.vendor,
            summary=f"{name}: {what}",
            description=f"{what}. Sample content.",
            category="enhancement",
            urgency=urgency,
            severity="general",
            release_type="extension",
            kb=_KB,
            contact="nobody@sample.invalid",
            release_date=self.date,
            platforms=tuple(dict.fromkeys(platform for part in parts for platform in part.platforms)),
            vibs=tuple(vibs),
        )
        self.components.append(Component(name, version, what, version.split("-")[0], bulletin))

    def driver(self, name: str, version: str, vibs: str, pci_vendor: str, **facts: Any) -> None:
        """Makes a component of drivers, or of plug-ins when there is no PCI vendor."""
        made = [self.vib(vib, version, **{**_driver_facts(vib, pci_vendor), **facts}) for vib in vibs.split()]
        self.component(name, version, made, f"Sample of {name}")

    @property
    def refs(self) -> tuple[ComponentRef, ...]:
        """All components, by name."""
        return tuple(sorted((component.ref for component in self.components), key=lambda ref: ref.name))

    def content(self) -> DepotContent:
        """What `write_depot` takes, everything in the order in which it is read back."""
        components = sorted(self.components, key=lambda component: (component.name, component.version))
        bundle = MetadataBundle(
            file_name=f"{self.vendor.replace(' ', '')}-metadata.zip",
            vendor=self.vendor,
            vendor_code=self.code,
            platforms=self.platforms,
            vibs=tuple(sorted(self.vibs.values(), key=lambda vib: vib.id)),
            bulletins=tuple(sorted((component.bulletin for component in components), key=lambda each: each.id)),
            components=tuple(components),
            base_images=self.base_images,
            add_ons=self.add_ons,
            hardware_support=self.hardware_support,
            solutions=self.solutions,
        )
        return DepotContent((bundle,))

    def open_vib(self, vib: Vib) -> BinaryIO:
        """The file of a VIB."""
        return io.BytesIO(self.files[vib.ref])


# --- base images -----------------------------------------------------------------------------------------------------


def _base_depot(release: _Release) -> _Depot:
    depot = _Depot(release.file, "Sample Base", "SMP", release.date, (_HOST, _DPU))
    system = [_system_vib(depot, release, name, dpu=False) for name in _HOST_VIBS.split()]
    system += [_system_vib(depot, release, name, dpu=True) for name in _DPU_VIBS.split()]
    depot.component("ESXi", release.vib_version, system, "ESXi", urgency="critical")
    for name, loader, dpu in (("esx-update", "loadesx", False), ("esxio-update", "loadesxio", True)):
        updates = [_system_vib(depot, release, vib, dpu) for vib in (name, loader)]
        depot.component(name, release.vib_version, updates, "ESXi Install/Upgrade Component")
    for number, line in enumerate(_COMPONENTS.strip().splitlines()):
        name, pci_vendor, vibs = line.split(maxsplit=2)
        version = f"{1 + number % 4}.{release.minor + number % 3}.{number % 7}.0-1vmw.{release.build}"
        depot.driver(name, version, vibs, pci_vendor)
    depot.base_images = (
        BaseImage(
            version=release.version,
            components=depot.refs,
            display_name="ESXi (sample)",
            display_version=release.display,
            vendor=depot.vendor,
            summary=f"Sample base image {release.esx_version}",
            category="ENHANCEMENT",
            kb=_KB,
            release_date=release.date,
            quick_patch_compatible_versions=release.quick_patch_from,
        ),
    )
    return depot


def _system_vib(depot: _Depot, release: _Release, name: str, dpu: bool) -> VibRef:
    """A VIB of the system itself. All on one product line depend on its base VIB, which provides the interfaces."""
    base = "esxio-base" if dpu else "esx-base"
    apis = [f"vmkapi_{kind}2_{number}_0_0" for kind in ("", "incompat_") for number in release.apis]
    provided = (Relation("esx-version", Operator.EQUAL, release.esx_version), *map(Relation, apis))
    return depot.vib(
        name,
        release.vib_version,
        kind="boot" if name == base else "tgz",
        platforms=(_DPU if dpu else _HOST,),
        provides=provided if name == base else (),
        depends=() if name == base else (Relation(base, Operator.HIGHER_OR_EQUAL, release.vib_version),),
    )


# --- add-ons and hardware support ------------------------------------------------------------------------------------


def _alpha_depot() -> _Depot:
    depot = _Depot(ALPHA_FILE, "Sample Alpha Systems", "SMA", datetime(2026, 6, 1, 9, tzinfo=UTC))
    agent = "Sample-Alpha-Agent"
    depot.driver(agent, "1.0.0-99000101", "sample-alpha-agent", "-")
    depot.driver(agent, "1.1.0-99000102", "sample-alpha-agent", "-")
    depot.driver("Intel-i40en", "9.1.0.0-1OEM.803.0.0.99000103", "i40en", "8086")
    depot.driver("MRVL-E4-CNA-Driver-Bundle", "9.0.5.0-1OEM.803.0.0.99000104", "qedentv qedf qedi qedrntv", "1077")
    old, new = (ref for ref in depot.refs if ref.name == agent)
    overrides = tuple(ref for ref in depot.refs if ref.name != agent)
    shared = AddOn(
        name=ALPHA,
        version=ALPHA_OLD,
        components=(*overrides[:1], old),
        removed_components=("Broadcom-lsi-msgpt2", "Solarflare-NIC"),
        supported_base_images=("8.0.3",),
        display_name="Sample Alpha servers",
        display_version=ALPHA_OLD,
        vendor=depot.vendor,
        summary="Sample add-on for the 8.0.3 release only",
        category="ENHANCEMENT",
        kb=_KB,
        release_date=depot.date,
    )
    newer = replace(shared, version=ALPHA_NEW, display_version=ALPHA_NEW, components=(*overrides, new))
    depot.add_ons = (shared, newer)
    return depot


def _beta_depot() -> _Depot:
    depot = _Depot(BETA_FILE, "Sample Beta Computers", "SMB", datetime(2026, 9, 20, 9, tzinfo=UTC))
    depot.driver("Sample-Beta-Tools", "3.0.0-99000201", "sample-beta-tools", "-")
    # Between what 8.0.3 and 9.1 bring, so that composing it with 9.1 warns.
    depot.driver("Intel-icen", "1.8.0.0-1OEM.800.1.0.99000202", "icen", "8086")
    depot.driver("Cisco-nenic", "9.2.0.0-1OEM.800.1.0.99000203", "nenic", "1137")
    depot.add_ons = (
        AddOn(
            name=BETA,
            version=BETA_VERSION,
            components=depot.refs,
            removed_components=("HPE-hpv2-hpsa-plugin", "HPE-nhpsa"),
            display_name="Sample Beta servers",
            display_version=BETA_VERSION,
            vendor=depot.vendor,
            summary="Sample add-on for every release",
            category="BUGFIX",
            kb=_KB,
            release_date=depot.date,
        ),
    )
    return depot


def _hardware_depot() -> _Depot:
    depot = _Depot(HARDWARE_FILE, "Sample Hardware", "SMH", datetime(2026, 10, 1, 9, tzinfo=UTC))
    depot.driver("Sample-Firmware-Agent", "2.4.0-99000301", "sample-firmware-agent", "-")
    depot.driver("Sample-Sensor-Driver", "1.8.0-1OEM.800.1.0.99000302", "sample-sensors", "1aaa")
    depot.driver("Broadcom-lsi-mr3", "9.7.0.0-1OEM.800.1.0.99000303", "lsi-mr3", "1000")
    depot.hardware_support = (
        HardwareSupportPackage(
            manager=MANAGER,
            package=PACKAGE,
            version=PACKAGE_VERSION,
            components=depot.refs,
            removed_components=("Microchip-smartpqi", "Microchip-smartpqiv2-plugin"),
            supported_releases=("8.0.3", "9.1"),
            manager_display_name="Sample Hardware Manager",
            vendor=depot.vendor,
            description="Sample drivers and firmware agent",
        ),
    )
    return depot


def _drivers_bundle() -> _Depot:
    depot = _Depot(DRIVERS_FILE, "Sample Drivers", "SMD", datetime(2026, 7, 7, 9, tzinfo=UTC))
    depot.driver(NET_DRIVER, NET_DRIVER_GOOD, "sample-net-driver", "1aaa")
    unmet = (Relation("vmkapi_2_99_0_0"), Relation("esx-version", Operator.HIGHER_OR_EQUAL, "8.0.0"))
    depot.driver(NET_DRIVER, NET_DRIVER_UNMET, "sample-net-driver", "1aaa", depends=unmet)
    depot.driver(
        STORAGE_DRIVER, STORAGE_DRIVER_VERSION, "sample-storage-driver", "1aaa", conflicts=(Relation("lsi-mr3"),)
    )
    needs = (Relation("sample-net-driver", Operator.HIGHER_OR_EQUAL, "1.2.0"),)
    depot.driver(NET_AGENT, NET_AGENT_VERSION, "sample-net-agent", "-", depends=needs)
    return depot


def _solution_bundle() -> _Depot:
    depot = _Depot(SOLUTION_FILE, "Sample Replication", "SMR", datetime(2026, 8, 15, 9, tzinfo=UTC))
    depot.driver(SOLUTION_COMPONENT, SOLUTION_VERSION, "sample-replication-agent", "-")
    depot.solutions = (
        Solution(
            name=SOLUTION,
            version=SOLUTION_VERSION,
            components=depot.refs,
            display_name="Sample Replication",
            display_version="1.1.0",
            vendor=depot.vendor,
            summary="Sample solution",
            release_date=depot.date,
        ),
    )
    return depot


def _broken_bundle() -> _Depot:
    depot = _Depot(BROKEN_FILE, "Sample Broken", "SMX", datetime(2026, 7, 8, 9, tzinfo=UTC))
    depot.driver("Sample-Broken-Driver", "1.0.0-99000901", "sample-broken-driver", "1aaa")
    for ref, data in depot.files.items():
        # One bit of the payload, so that only the checksums show it.
        depot.files[ref] = data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]
    return depot


# --- VIBs ------------------------------------------------------------------------------------------------------------


def _driver_facts(vib: str, pci_vendor: str) -> dict[str, Any]:
    """What drivers, and plug-ins when there is no PCI vendor, say of themselves."""
    platform = _DPU if vib.endswith("-esxio") else _HOST
    facts: dict[str, Any] = {
        "platforms": (platform,),
        "live_install_allowed": pci_vendor == "-",
        "live_remove_allowed": pci_vendor == "-",
    }
    if pci_vendor == "-":
        bound = Relation("esx-version", Operator.HIGHER_OR_EQUAL, "8.0.0")
        return facts | {"depends": (bound,), "cimom_restart": "plugin" in vib}
    device = sha256(vib.encode()).hexdigest()[:4]
    api = (Relation("vmkapi_2_10_0_0"), Relation("vmkapi_incompat_2_10_0_0"))
    return facts | {
        "depends": api,
        "tags": ("driver", "module", f"PCIID {pci_vendor}{device}"),
        "files": (f"usr/lib/vmware/vmkmod/{vib}", f"etc/vmware/default.map.d/{vib}.map"),
    }


def _payload(title: str, files: tuple[str, ...]) -> bytes:
    """A gzip of a tar with a line of text in each file."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in files:
            text = f"Sample content of {title}: {path}\n".encode()
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    return gzip.compress(plain.getvalue(), mtime=0)
