"""Driver of Osiris component `proxmox.extractor`."""

from proxmox_extractor.proxmox_extractor_driver import ProxmoxExtractorDriver

__all__ = ["ProxmoxExtractorDriver"]
