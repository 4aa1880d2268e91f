"""The official SDK against our server: the way in that its documentation shows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from server_process import Account, ServerProcess
from wire_clients import patiently

with warnings.catch_warnings():
    # The SDK reads its message catalogue in a way that Python has deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from com.vmware.cis_client import Session, Tasks
    from com.vmware.esx.settings.depot_content_client import BaseImages
    from com.vmware.esx.settings.depot_content_client import Components as DepotComponents
    from com.vmware.esx.settings.depots.offline_client import Content
    from com.vmware.esx.settings.depots_client import Offline
    from com.vmware.esx.settings.repository.software.drafts_client import (
        AddOn,
        BaseImage,
        Components,
        DisplayName,
    )
    from com.vmware.esx.settings.repository.software.drafts_client import (
        EffectiveComponents as DraftEffectiveComponents,
    )
    from com.vmware.esx.settings.repository.software_client import Drafts, EffectiveComponents
    from com.vmware.esx.settings.repository_client import Software
    from com.vmware.esx.settings_client import AddOnSpec, BaseImageSpec
    from com.vmware.vapi.std import errors_client as errors
    from vmware.vapi.bindings.struct import VapiStruct
    from vmware.vapi.bindings.stub import StubConfiguration
    from vmware.vapi.lib.connect import get_requests_connector
    from vmware.vapi.security.client.security_context_filter import LegacySecurityContextFilter
    from vmware.vapi.security.session import create_session_security_context
    from vmware.vapi.security.user_password import create_user_password_security_context
    from vmware.vapi.stdlib.client.factories import StubConfigurationFactory
    from vmware.vapi.vsphere.client import VsphereClient, create_vsphere_client

__all__ = [
    "AddOn",
    "AddOnSpec",
    "BaseImage",
    "BaseImageSpec",
    "BaseImages",
    "Components",
    "Content",
    "DepotComponents",
    "DisplayName",
    "DraftEffectiveComponents",
    "Drafts",
    "EffectiveComponents",
    "Offline",
    "Session",
    "Software",
    "StubConfiguration",
    "Tasks",
    "VapiStruct",
    "configuration",
    "create_session_security_context",
    "create_user_password_security_context",
    "ended",
    "errors",
    "logged_in",
    "trusting",
    "with_security",
]


def trusting(server: ServerProcess) -> requests.Session:
    """A session that trusts the server's certificate, whatever the environment says."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(server.certificate)
    return session


@contextmanager
def logged_in(server: ServerProcess, account: Account) -> Iterator[VsphereClient]:
    """The client as people make it; it logs out at the end."""
    with trusting(server) as session:
        with warnings.catch_warnings():
            # Whoever makes a client gets the deprecated parts of the SDK imported, too.
            warnings.simplefilter("ignore", DeprecationWarning)
            client = create_vsphere_client(
                server=server.host, username=account.name, password=account.password, session=session
            )
        with client:
            yield client


def configuration(client: VsphereClient) -> StubConfiguration:
    """What stubs are made with that the client has no attribute for."""
    return client._stub_factory._stub_config


@contextmanager
def with_security(server: ServerProcess, context: Any) -> Iterator[StubConfiguration]:
    """What stubs are made with that send this security context; nothing is sent yet."""
    with trusting(server) as session:
        connector = get_requests_connector(
            session=session,
            url=f"{server.url}/api",
            provider_filter_chain=[LegacySecurityContextFilter(security_context=context)],
        )
        yield StubConfigurationFactory.new_std_configuration(connector)


def ended(task: Any) -> Any:
    """What a task is when it has ended: callers of this SDK have to ask again and again."""
    for _ in patiently():
        info = task.get_info()
        if info.status not in ("PENDING", "RUNNING"):
            return info
    raise AssertionError(f"the task {task.get_task_id()} does not end")
