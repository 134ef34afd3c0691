"""A drop folder: a body's system writes files of JSON lines, the hub takes them line by line."""

from connectors.files.connector import FilesConnector

CONNECTOR = FilesConnector

__all__ = ["CONNECTOR", "FilesConnector"]
