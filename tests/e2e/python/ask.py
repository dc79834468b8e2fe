# The OFREP provider for Python, unmodified: a line "BASE_URL KEY FLAG DEFAULT" in, "VALUE ERROR REASON VARIANT" out.
import sys

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

clients = {}


def client_of(url, key):
    domain = f"{url} {key}"
    if domain not in clients:
        api.set_provider(OFREPProvider(url, headers_factory=lambda: {"Authorization": f"Bearer {key}"}), domain)
        clients[domain] = api.get_client(domain)
    return clients[domain]


for line in sys.stdin:
    url, key, flag, otherwise = line.split()
    client = client_of(url, key)
    context = EvaluationContext("u1", {"plan": "pro"})
    if otherwise == "false":
        got = client.get_boolean_details(flag, False, context)
    elif otherwise.lstrip("-").isdigit():
        got = client.get_integer_details(flag, int(otherwise), context)
    elif otherwise == "{}":
        got = client.get_object_details(flag, {}, context)
    elif "." in otherwise:
        got = client.get_float_details(flag, float(otherwise), context)
    else:
        got = client.get_string_details(flag, otherwise, context)
    value = str(got.value).lower() if isinstance(got.value, bool) else got.value
    print(value, got.error_code and got.error_code.value, got.reason, got.variant, sep="\t", flush=True)
