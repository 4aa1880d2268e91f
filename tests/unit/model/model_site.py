"""The depots of a small site, for reports: two base images, a vendor's add-on, drivers, hardware support, a solution.

Names and versions look like those of the field and are made up.
"""

from __future__ import annotations

from model_build import DPU, ESX, base_image, catalog, depot, part, refs, vib

from imagewright.model.catalog import Catalog
from imagewright.model.content import AddOn, BaseImage, ComponentRef, HardwareSupportPackage, Platform, Solution

BASE_8 = "8.0.3-0.35.24280767"
BASE_9 = "9.1.0.0.25370933"

ESXI_8 = part(
    "ESXi",
    BASE_8,
    vib(
        "esx-base",
        BASE_8,
        payload="boot",
        provides=["esx-version = 8.0.3", "vmkapi_2_10_0_0"],
        platforms=ESX,
    ),
    vib("esxio-base", BASE_8, payload="boot", provides=["esx-version = 8.0.3"], platforms=DPU),
)
ESXI_9 = part(
    "ESXi",
    "9.1.0-0.25370933",
    vib(
        "esx-base",
        "9.1.0-0.25370933",
        payload="boot",
        provides=["esx-version = 9.1.0", "vmkapi_2_10_0_0", "vmkapi_2_12_0_0"],
        platforms=ESX,
    ),
    vib("esxio-base", "9.1.0-0.25370933", payload="boot", provides=["esx-version = 9.1.0"], platforms=DPU),
)
TOOLS = part("VMware-VM-Tools", "12.4.0.23259341", vib("tools-light", "12.4.0.23259341-24280767"))
OLD_TOOLS = part("VMware-VM-Tools", "11.3.5.18557794", vib("tools-light", "11.3.5.18557794-18825058"))
NET_0 = part("Intel-i40en", "1.0.0.1-1", vib("i40en", "1.0.0.1-1vmw.700", files=("usr/lib/vmware/vmkmod/i40en",)))
NET_1 = part("Intel-i40en", "1.11.2.6-1", vib("i40en", "1.11.2.6-1vmw.803", files=("usr/lib/vmware/vmkmod/i40en",)))
NET_2 = part("Intel-i40en", "2.7.2.0-1", vib("i40en", "2.7.2.0-1OEM.803", files=("usr/lib/vmware/vmkmod/i40en",)))
NET_3 = part(
    "Intel-i40en",
    "3.0.0.0-1",
    vib("i40en", "3.0.0.0-1OEM.910", depends=["vmkapi_2_12_0_0"], files=("usr/lib/vmware/vmkmod/i40en",)),
)
# The older agent wants no more than the system; the newer one wants the newer driver.
AGENT_1 = part("Acme-Agent", "1.0-1", vib("acme-agent", "1.0-1", depends=["esx-version >= 8.0"]))
AGENT_2 = part("Acme-Agent", "2.0-1", vib("acme-agent", "2.0-1", depends=["i40en >= 2.0"]))
NATIVE = part("Net-Native", "4.0-1", vib("net-native", "4.0-1", conflicts=["i40en << 2.0"]))
COMMUNITY = part(
    "Community-Net", "0.9-1", vib("community-net", "0.9-1", files=("usr/lib/vmware/vmkmod/i40en", "etc/community.conf"))
)
SUCCESSOR = part("Intel-irdman", "1.5-1", vib("irdman", "1.5-1", replaces=["i40iwn"]))
IWARP = part("Intel-i40iwn", "1.1-1", vib("i40iwn", "1.1-1"))
DPU_ONLY = part("Dpu-Monitor", "1.0-1", vib("dpu-monitor", "1.0-1", platforms=DPU))
OTHER_PRODUCT = part("Edge-Shell", "1.0-1", vib("edge-shell", "1.0-1", platforms=(Platform("edge", "1.0"),)))
LAB_DRIVER = part("Lab-Driver", "1.0-1", vib("lab-driver", "1.0-1", content="as released"))
LAB_DRIVER_REBUILT = part("Lab-Driver", "1.0-1", vib("lab-driver", "1.0-1", content="built again"))
WCP = part("VMware-Spherelet", "9.0-1", vib("spherelet", "9.0-1"))

# A depot that holds metadata of a base image without the components that it lists.
HOLLOW_BASE = BaseImage("7.0.2-0.0.17867351", tuple(ComponentRef(f"Part-{letter}", "7.0.2-1") for letter in "ABCDEFG"))
ADD_ON = AddOn(
    "ACME-Custom-AddOn",
    "803.0.0.11-5",
    components=refs(NET_2),
    supported_base_images=("8.0",),
    removed_components=("VMware-VM-Tools",),
)
NEWER_ADD_ON = AddOn("ACME-Custom-AddOn", "910.0.0.12-1", components=refs(NET_2), supported_base_images=("9.1.0",))
LOWERING_ADD_ON = AddOn("ACME-Legacy-AddOn", "803.1-1", components=refs(NET_0))
HSP = HardwareSupportPackage("com.acme.hsm", "Acme-Rack", "24.01", refs(AGENT_1), supported_releases=("8.0.3",))
SOLUTION = Solution("com.vmware.vsphere-wcp", "9.0.1", refs(WCP))


SITE = {
    "vmware": depot(
        ESXI_8,
        ESXI_9,
        TOOLS,
        OLD_TOOLS,
        NET_0,
        NET_1,
        base_images=(
            base_image(BASE_8, ESXI_8, TOOLS, NET_1),
            base_image(BASE_9, ESXI_9, TOOLS, NET_1),
            HOLLOW_BASE,
        ),
    ),
    "acme": depot(
        NET_2,
        AGENT_1,
        AGENT_2,
        add_ons=(ADD_ON, NEWER_ADD_ON, LOWERING_ADD_ON),
        hardware_support=(HSP,),
    ),
    "drivers": depot(NET_3, NATIVE, COMMUNITY, SUCCESSOR, IWARP, DPU_ONLY, OTHER_PRODUCT, LAB_DRIVER),
    "lab": depot(LAB_DRIVER_REBUILT),
    "wcp": depot(WCP, solutions=(SOLUTION,)),
}


def small_site() -> Catalog:
    """Everything that the depots of the site offer."""
    return catalog(SITE)
