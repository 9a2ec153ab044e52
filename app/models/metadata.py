"""What every table of the application is declared on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import DeclarativeBase

from storage.columns import UtcTime, new_metadata


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = {dt.datetime: UtcTime, dict[str, Any]: JSON, list[Any]: JSON}
