"""The Python OFREP provider, unmodified: prints what each evaluation gives as one JSON object."""

import json
import sys

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

url, key = sys.argv[1], sys.argv[2]


def client_of(token, base=url):
    provider = OFREPProvider(base, headers_factory=lambda: {"Authorization": f"Bearer {token}"})
    api.set_provider(provider, domain=f"{base} {token}")
    return api.get_client(domain=f"{base} {token}")


def told(details):
    return {
        "value": details.value,
        "variant": details.variant,
        "reason": details.reason,
        "errorCode": details.error_code,
        "metadata": details.flag_metadata,
    }


client = client_of(key)
user = EvaluationContext("u1", {"country": "DE", "n": 3, "nested": {"a": [1, "x"]}})
print(
    json.dumps(
        {
            "bool": told(client.get_boolean_details("bool", False, user)),
            "no context": told(client.get_boolean_details("bool", False)),
            "text": told(client.get_string_details("text", "", user)),
            "integer": told(client.get_integer_details("integer", 0, user)),
            "float": told(client.get_float_details("float", 0.0, user)),
            "object": told(client.get_object_details("object", {}, user)),
            "off": told(client.get_boolean_details("off", True, user)),
            "unknown": told(client.get_boolean_details("nope", True, user)),
            "no key": told(client.get_boolean_details("half", True)),
            "unauthorized": told(client_of("wrong-wrong-wrong-wrong").get_boolean_details("bool", False, user)),
            "prefix": told(client_of(key, url + "/").get_boolean_details("bool", False, user)),
        },
        default=str,
    )
)
