"""Configurations of devices, kept: one file a device in a git repository under the state directory,
a commit for each change (docs/operations.md).
"""

from collector.configs.keeper import Keeper
from collector.configs.repository import GitFailed, Repository, Revision, Unknown

__all__ = ["GitFailed", "Keeper", "Repository", "Revision", "Unknown"]
