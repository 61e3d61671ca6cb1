"""The stock tritonclient over HTTP: triton.py HOST:PORT MODEL,MODEL PART…; the models are those of make_served_models.py."""

import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

client = triton.InferenceServerClient(sys.argv[1])
served = sys.argv[2].split(",")


def tensor(name, array, datatype, binary):
    made = triton.InferInput(name, list(array.shape), datatype)
    made.set_data_from_numpy(array, binary_data=binary)
    return made


def refused(word, ask):
    try:
        ask()
    except InferenceServerException as error:
        assert word in error.message(), error
        return
    raise AssertionError("not refused")


def health():
    assert client.is_server_live() and client.is_server_ready()
    for name in served:
        assert client.is_model_ready(name), name
        for version in client.get_model_metadata(name)["versions"]:
            assert client.is_model_ready(name, version), name
    assert not client.is_model_ready("absent")
    assert not client.is_model_ready("line", "999")


def metadata():
    server = client.get_server_metadata()
    assert server["name"] == "millwright" and "binary_tensor_data" in server["extensions"], server
    line = client.get_model_metadata("line")
    assert line["name"] == "line" and line["platform"] == "onnx_onnxv1", line
    assert [(one["name"], one["datatype"], one["shape"]) for one in line["inputs"]] == [("a", "FP64", [-1, 1]), ("b", "FP64", [-1, 1])], line
    several = client.get_model_metadata("several")
    assert [one["datatype"] for one in several["inputs"]] == ["BYTES", "FP64", "INT64"], several
    assert [one["name"] for one in several["outputs"]] == ["same", "square", "twice"], several
    refused("absent", lambda: client.get_model_metadata("absent"))


def index():
    entries = {entry["name"]: entry["state"] for entry in client.get_model_repository_index()}
    assert entries == dict.fromkeys(served, "READY"), entries


def infer_json_and_binary():
    a, b = np.array([[1.5], [-2.0]]), np.array([[0.25], [1e6]])
    expected = 1000 + 2 * a + b
    for sent in (True, False):
        for wanted in (None, True, False):
            inputs = [tensor("a", a, "FP64", sent), tensor("b", b, "FP64", sent)]
            outputs = None if wanted is None else [triton.InferRequestedOutput("variable", binary_data=wanted)]
            answer = client.infer("line", inputs, outputs=outputs, request_id="asked")
            found = answer.as_numpy("variable")
            assert found is not None and np.allclose(found.reshape(-1), expected.reshape(-1), rtol=1e-12), found
            assert answer.get_response()["id"] == "asked" and answer.get_response()["model_name"] == "line"


def missing():
    a, b = np.array([[1.5], [np.nan]]), np.array([[0.25], [1.0]])
    for sent in (True, False):
        found = client.infer("line", [tensor("a", a, "FP64", sent), tensor("b", b, "FP64", sent)]).as_numpy("variable")
        assert np.isnan(found.reshape(-1)).tolist() == [False, True], found


def iris():
    rows = np.array([[6.8, 2.8, 4.8, 1.4], [6.0, 3.4, 4.5, 1.6]], dtype=np.float32)
    for sent in (True, False):
        answer = client.infer("iris", [tensor("input-0", rows, "FP32", sent)])
        assert np.allclose(answer.as_numpy("output-0").reshape(-1), [11.55, 10.0], rtol=1e-5), answer.as_numpy("output-0")


def texts_and_several_outputs():
    words = np.array([["größer".encode()], [b""], [b"\xf0\x9f\x8c\x8d"]], dtype=object)
    x, n = np.array([[1.5], [-3.0], [0.0]]), np.array([[2**53 + 1], [-(2**62)], [3]], dtype=np.int64)
    for sent in (True, False):
        inputs = [tensor("word", words, "BYTES", sent), tensor("x", x, "FP64", sent), tensor("n", n, "INT64", sent)]
        for wanted in (True, False):
            outputs = [triton.InferRequestedOutput(name, binary_data=wanted) for name in ("twice", "same", "square")]
            answer = client.infer("several", inputs, outputs=outputs)
            same = [one if isinstance(one, bytes) else one.encode() for one in answer.as_numpy("same").reshape(-1)]
            assert same == [one for (one,) in words], same
            assert answer.as_numpy("square").reshape(-1).tolist() == [2.25, 9.0, 0.0]
            assert answer.as_numpy("twice").dtype == np.int64 and (answer.as_numpy("twice") == 2 * n).all(), answer.as_numpy("twice")
        # One in JSON and one as bytes, of the three only these.
        mixed = [triton.InferRequestedOutput("same", binary_data=False), triton.InferRequestedOutput("twice", binary_data=True)]
        answer = client.infer("several", inputs, outputs=mixed)
        assert [one["name"] for one in answer.get_response()["outputs"]] == ["same", "twice"]
        assert answer.as_numpy("square") is None


def typed():
    """A Python model with a column of every type."""
    columns = {
        "boolean": (np.array([True]), "BOOL"),
        "integer": (np.array([3], np.int32), "INT32"),
        "long": (np.array([2**60], np.int64), "INT64"),
        "float": (np.array([0.5], np.float32), "FP32"),
        "double": (np.array([0.1]), "FP64"),
        "string": (np.array([b"text"], dtype=object), "BYTES"),
        "binary": (np.array([b"\xff\x00"], dtype=object), "BYTES"),
        "datetime": (np.array([b"2024-01-31T12:00:00"], dtype=object), "BYTES"),
    }
    answer = client.infer("typed", [tensor(name, array, datatype, True) for name, (array, datatype) in columns.items()])
    assert answer.as_numpy("long").tolist() == [2**60]
    assert answer.as_numpy("double").tolist() == [0.1]
    assert answer.as_numpy("boolean").tolist() == [True]
    assert answer.as_numpy("binary").tolist() == [b"ff00"], answer.as_numpy("binary")
    assert answer.as_numpy("datetime").tolist() == [b"2024-01-31T12:00:00"]
    parameters = client.infer("typed", [tensor(name, array, datatype, True) for name, (array, datatype) in columns.items()], parameters={"limit": 3})
    assert b"('limit', 3)" in parameters.as_numpy("params")[0]


def compressed():
    rows = np.ones((500, 4), dtype=np.float32)
    for algorithm in ("gzip", "deflate"):
        answer = client.infer("iris", [tensor("input-0", rows, "FP32", True)], request_compression_algorithm=algorithm, response_compression_algorithm=algorithm)
        assert np.allclose(answer.as_numpy("output-0"), 2.75)


def asynchronous():
    rows = np.ones((1, 4), dtype=np.float32)
    several = triton.InferenceServerClient(sys.argv[1], concurrency=4)
    asked = [several.async_infer("iris", [tensor("input-0", rows * index, "FP32", True)]) for index in range(8)]
    answers = [one.get_result().as_numpy("output-0").reshape(-1)[0] for one in asked]
    assert np.allclose(answers, [1 + 1.75 * index for index in range(8)]), answers
    several.close()


def errors():
    rows = np.ones((2, 3), dtype=np.float32)
    refused("[2, 3]", lambda: client.infer("iris", [tensor("input-0", rows, "FP32", True)]))
    refused("'input-0'", lambda: client.infer("iris", [tensor("inptu", np.ones((1, 4), np.float32), "FP32", True)]))
    refused("BYTES", lambda: client.infer("iris", [tensor("input-0", np.full((1, 4), b"x", dtype=object), "BYTES", True)]))
    wrong = [triton.InferRequestedOutput("outptu-0")]
    refused("'output-0'", lambda: client.infer("iris", [tensor("input-0", np.ones((1, 4), np.float32), "FP32", True)], outputs=wrong))
    refused("absent", lambda: client.infer("absent", [tensor("input-0", rows, "FP32", True)]))
    refused("999", lambda: client.infer("iris", [tensor("input-0", rows, "FP32", True)], model_version="999"))
    half = np.array([["x"]], dtype=object)
    half[0][0] = b"\xff\xfe"
    refused("UTF-8", lambda: client.infer("several", [tensor("word", half, "BYTES", True), tensor("x", np.ones((1, 1)), "FP64", True), tensor("n", np.ones((1, 1), np.int64), "INT64", True)]))


def repository():
    """Load is a matter of what the endpoint follows; nobody unloads what others ask."""
    client.load_model("iris")
    assert client.is_model_ready("iris")
    refused("millwright endpoints", lambda: client.unload_model("iris"))
    assert client.is_model_ready("iris")
    refused("absent", lambda: client.load_model("absent"))


for part in sys.argv[3:]:
    globals()[part]()
    print(f"{part}: ok")
