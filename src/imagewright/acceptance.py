"""What a site accepts, from its settings: the policy for VIBs, and whose signatures are trusted.

The server and the commands that work without one ask here, so that equal settings give equal findings.
"""

from __future__ import annotations

from imagewright.formats.errors import FormatError
from imagewright.formats.signature import NOBODY, TrustedSigners, read_trusted_signers
from imagewright.model.policy import Policy
from imagewright.settings import Settings, SettingsError


def policy_of(settings: Settings) -> Policy:
    """What the settings ask of the VIBs of an image."""
    return Policy(settings.minimum_acceptance_level, settings.require_signatures)


def signers_of(settings: Settings) -> TrustedSigners:
    """Whom the settings name as trusted signers of VIBs. SettingsError when their file cannot be used."""
    file = settings.trusted_signers
    if file is None:
        return NOBODY
    try:
        return read_trusted_signers(file.read_bytes(), str(file))
    except OSError as error:
        raise SettingsError(f"trusted_signers is {file}, which cannot be read: {error.strerror}") from None
    except FormatError as error:
        raise SettingsError(f"trusted_signers is {file}, which {error.what}") from None
