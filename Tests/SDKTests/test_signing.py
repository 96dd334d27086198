"""Requests that are signed in their query, as botocore signs them; what SDKs never do and gateways and tools do."""
import json

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session


class QueryAuth(SigV4QueryAuth):
    """Botocore moves the members of a body into the query; DynamoDB's body stays a body, and is signed."""

    def _modify_request_before_signing(self, request):
        body, request.data = request.data, None
        super()._modify_request_before_signing(request)
        request.data = body


@pytest.fixture(scope="module")
def send(installation, environment):
    v = json.loads(installation.run("env", environment, "--format", "json").stdout)
    region = v["AWS_REGION"]

    def send(secret=v["AWS_SECRET_ACCESS_KEY"], token=None, expires=60, change=lambda url: url, body=b"{}"):
        request = AWSRequest(
            method="POST", url=v["AWS_ENDPOINT_URL_DYNAMODB"].rstrip("/") + "/", data=b"{}",
            headers={"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"})
        QueryAuth(Credentials(v["AWS_ACCESS_KEY_ID"], secret, token), "dynamodb", region, expires=expires).add_auth(request)
        request.url, request.data = change(request.url), body
        answer = URLLib3Session().send(request.prepare())
        return answer.status_code, json.loads(answer.content)

    return send


def test_a_query_that_is_signed_is_accepted(send):
    status, body = send()
    assert (status, "orders" in body["TableNames"] or bool(body["TableNames"])) == (200, True)


@pytest.mark.parametrize("change, kind", [
    (dict(secret="x" * 40), "InvalidSignatureException"),
    (dict(body=b'{"Limit":1}'), "InvalidSignatureException"),
    (dict(change=lambda url: url + "&a=b"), "InvalidSignatureException"),
    (dict(change=lambda url: url.replace("X-Amz-Date", "X-Amz-Dat")), "IncompleteSignatureException"),
    (dict(change=lambda url: url.split("?")[0]), "MissingAuthenticationTokenException"),
    (dict(expires=0), "IncompleteSignatureException"),
    (dict(token="token"), "UnrecognizedClientException"),
])
def test_a_query_that_is_not_signed_so(send, change, kind):
    status, body = send(**change)
    assert (status, body["__type"]) == (400, f"com.amazon.coral.service#{kind}")
