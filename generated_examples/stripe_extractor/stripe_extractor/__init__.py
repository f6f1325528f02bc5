"""Driver of Osiris component `stripe.extractor`."""

from stripe_extractor.stripe_extractor_driver import StripeExtractorDriver

__all__ = ["StripeExtractorDriver"]
