"""Specs for tests: a complete small one, and ways to change it."""

import copy
from typing import Any

import yaml

from scaffold.errors import Finding
from scaffold.spec.document import Document
from scaffold.spec.load import parse
from scaffold.spec.validate import Level, validate

SHOP = """\
name: shop.extractor
version: 1.0.0
title: Shop
description: Reads a shop
modes: [extract, discover]
capabilities: {discover: true, streaming: true}
configSchema:
  type: object
  properties:
    connection: {type: string}
    resource: {type: string, enum: [orders, refunds]}
    limit: {type: integer, default: 50, minimum: 1, maximum: 250}
    created_at_min: {type: string, format: date-time}
  required: [connection, resource]
  additionalProperties: false
secrets: [/access_token]
x-connection-fields: [shop_domain, access_token]
examples:
  - title: Orders
    config: {connection: "@shop.default", resource: orders}
x-driver:
  transport: rest
  connection:
    api_version: {default: "2025-07"}
  client:
    base_url: "https://{connection.shop_domain}/api/{connection.api_version}"
    auth: {type: api_key, in: header, name: X-Token, value: "{connection.access_token}"}
    headers: {Accept: application/json}
    retry: {max_attempts: 3, statuses: [429, 503]}
    rate_limit: {header: X-Limit, form: used/limit}
  paginator: {type: header_link, page_size: {param: limit, default: 50, max: 250}}
  resources:
    orders:
      path: orders.json
      data_selector: orders
      primary_key: id
      params: {created_at_min: "{config.created_at_min}"}
      incremental: {field: updated_at, param: updated_at_min}
      fields: {id: integer, updated_at: datetime, total: {type: decimal, nullable: false}}
    refunds:
      parent: orders
      parent_fields: {order_id: id}
      path: "orders/{parent.id}/refunds.json"
      data_selector: refunds
"""
GONE = object()


def shop(**changes: Any) -> dict[str, Any]:
    """Return the data of SHOP, changed: `a__b=1` sets a.b, GONE removes; `_` may stand for `-`."""
    data: dict[str, Any] = copy.deepcopy(yaml.safe_load(SHOP))
    for keys, value in changes.items():
        *path, last = keys.replace("x_driver", "x-driver").split("__")
        holder: Any = data
        for key in path:
            holder = holder.setdefault(key, {})
        if value is GONE:
            del holder[last]
        else:
            holder[last] = value
    return data


def document(data: dict[str, Any], file: str = "shop.yaml") -> Document:
    """Return `data` as if it had been read from a file."""
    return parse(yaml.safe_dump(data, sort_keys=False), file)


def findings(level: Level = "enhanced", **changes: Any) -> list[Finding]:
    """Return what is found in SHOP after `changes`."""
    return validate(document(shop(**changes)), level)


def told(found: list[Finding], rule: str) -> list[Finding]:
    """Return the findings of one rule."""
    return [finding for finding in found if finding.rule == rule]
