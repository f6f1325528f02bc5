"""Driver of Osiris component `hubspot.extractor`."""

from hubspot_extractor.hubspot_extractor_driver import HubSpotExtractorDriver

__all__ = ["HubSpotExtractorDriver"]
