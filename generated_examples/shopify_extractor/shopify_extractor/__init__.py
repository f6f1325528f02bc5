"""Driver of Osiris component `shopify.extractor`."""

from shopify_extractor.shopify_extractor_driver import ShopifyExtractorDriver

__all__ = ["ShopifyExtractorDriver"]
