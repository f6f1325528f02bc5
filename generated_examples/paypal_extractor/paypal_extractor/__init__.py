"""Driver of Osiris component `paypal.extractor`."""

from paypal_extractor.paypal_extractor_driver import PayPalExtractorDriver

__all__ = ["PayPalExtractorDriver"]
