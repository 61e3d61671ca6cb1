"""One worker of a Python model: python_worker.py SOCKET FOLDER

Loads the folder with mlflow.pyfunc, then answers calls over the socket, one at a time. A frame is: uint32 of the bytes that
follow, uint32 of the header's bytes, the header (JSON), the tensors' buffers one after the other (all little-endian).
"""

import ctypes
import json
import os
import signal
import socket
import struct
import sys
import threading
import traceback

WORKER = os.getpid()
NUMPY = {
    "BOOL": "bool", "UINT8": "uint8", "UINT16": "uint16", "UINT32": "uint32", "UINT64": "uint64",
    "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64",
    "FP16": "float16", "FP32": "float32", "FP64": "float64",
}  # fmt: skip
DATATYPES = {name: datatype for datatype, name in NUMPY.items()}
MISSING = 0xFFFFFFFF


def end_with_server():
    """The server's death closes standard input; the signal is for a model that never lets this thread run."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)

    def watch():
        while os.read(0, 1):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def receive(connection, count):
    buffer = bytearray(count)
    view = memoryview(buffer)
    while view:
        size = connection.recv_into(view)
        if size == 0:
            os.killpg(0, signal.SIGKILL)
        view = view[size:]
    return buffer


def read_frame(connection):
    (total,) = struct.unpack("<I", receive(connection, 4))
    (length,) = struct.unpack("<I", receive(connection, 4))
    body = receive(connection, total - 4)
    return json.loads(bytes(body[:length])), memoryview(body)[length:]


def write_frame(connection, header, buffers=()):
    if os.getpid() != WORKER:
        os._exit(0)  # a child that the model forked does not answer for it
    text = json.dumps(header).encode()
    sizes = sum(len(buffer) for buffer in buffers)
    connection.sendall(b"".join([struct.pack("<II", 4 + len(text) + sizes, len(text)), text, *buffers]))


def elements(body, binary):
    found, at = [], 0
    while at < len(body):
        (length,) = struct.unpack_from("<I", body, at)
        at += 4
        if length == MISSING:
            found.append(None)
            continue
        raw = bytes(body[at : at + length])
        found.append(raw if binary else text_or_bytes(raw))
        at += length
    return found


def text_or_bytes(raw):
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def read_tensor(entry, body, kind):
    import numpy as np

    shape = entry["shape"]
    if entry["datatype"] != "BYTES":
        array = np.frombuffer(body, dtype=NUMPY[entry["datatype"]])
        return np.require(array, requirements=["ALIGNED", "WRITEABLE"]).reshape(shape)
    found = elements(body, kind == "binary")
    array = np.empty(len(found), dtype=object)
    array[:] = found
    return array.reshape(shape).astype(str) if kind == "str" else array.reshape(shape)


def read_body(body, schema, has_type_hint):
    """A body of MLflow's scoring protocol, as its server reads it."""
    import pandas as pd

    if has_type_hint and "inputs" in body:
        return body["inputs"]
    if "dataframe_split" in body:
        return pd.DataFrame(**body["dataframe_split"])
    if "dataframe_records" in body:
        return pd.DataFrame(body["dataframe_records"])
    if "instances" in body or "inputs" in body:
        from mlflow.utils.proto_json_utils import parse_tf_serving_input

        return parse_tf_serving_input(body, schema=schema)
    return {name: value for name, value in body.items() if name != "params"}


def read_input(header, body, kinds, metadata):
    import pandas as pd

    schema = metadata.get_input_schema()
    if header["form"] == "json":
        # Older versions of MLflow know no type hints.
        has_type_hint = getattr(metadata, "_is_signature_from_type_hint", bool)()
        return read_body(json.loads(header["text"]), schema, has_type_hint)
    tensors, at = {}, 0
    for entry in header["tensors"]:
        kind = kinds.get(entry["name"])
        tensors[entry["name"]] = read_tensor(entry, body[at : at + entry["size"]], kind)
        at += entry["size"]
    if header["form"] == "tensors":
        return tensors[""] if list(tensors) == [""] else tensors
    for name, column in tensors.items():
        if kinds.get(name) == "datetime":
            # A signature's datetime has no zone: what comes with one is the same moment in UTC.
            formats = {"format": "ISO8601"} if int(pd.__version__.split(".")[0]) >= 2 else {}
            tensors[name] = pd.to_datetime(pd.Series(column), utc=True, **formats).dt.tz_localize(None)
    frame = pd.DataFrame(tensors)
    if kinds.get("") == "unnamed" or (schema is None and list(tensors) == [f"input-{index}" for index in range(len(tensors))]):
        frame.columns = range(len(frame.columns))
    return frame


def kinds_of(model):
    """Name of a column or tensor → MLflow's type, for the types that no datatype tells."""
    schema = model.metadata.get_input_schema()
    if schema is None:
        return {}
    if schema.is_tensor_spec():
        return {spec.name or "": "str" for spec in schema.inputs if spec.type.kind == "U"}
    if not schema.has_input_names():
        return {"": "unnamed"}
    return {column.name: getattr(column.type, "name", None) for column in schema.inputs}


def tensor_of(name, value):
    """(entry, buffer), or None where the value is no tensor."""
    import numpy as np

    dtype = getattr(value, "dtype", None)
    if not isinstance(dtype, (np.dtype, type(None))) and dtype.kind in "iub" and value.isna().any():
        return None  # pandas' whole numbers with missing ones, of which numpy makes fractions
    array = np.asarray(value)
    datatype = DATATYPES.get(array.dtype.name)
    if datatype is not None:
        raw = np.ascontiguousarray(array).tobytes()
    else:
        parts = []
        flat = array.ravel().tolist() if array.dtype.kind in "OU" else [0]
        for element in flat:
            if element is None:
                parts.append(struct.pack("<I", MISSING))
            elif isinstance(element, str):
                text = element.encode()
                parts.append(struct.pack("<I", len(text)) + text)
            else:
                return None
        datatype, raw = "BYTES", b"".join(parts)
    return {"name": str(name), "datatype": datatype, "shape": list(array.shape), "size": len(raw)}, raw


def array_of(answer):
    """A list of plain values of one type is answered as the array whose JSON is the same."""
    import numpy as np

    if isinstance(answer, np.ndarray):
        return answer
    if isinstance(answer, list) and answer:
        kinds = {type(element) for element in answer}
        if kinds in ({str}, {float}, {bool}) or (kinds == {int} and all(abs(element) < 2**63 for element in answer)):
            return np.array(answer, dtype=object if kinds == {str} else None)
    return None


def form_of(answer):
    import pandas as pd

    if isinstance(answer, pd.Series):
        answer = pd.DataFrame(answer)
    if isinstance(answer, pd.DataFrame):
        columns = answer.columns if answer.columns.is_unique else []
        return "records", answer, [tensor_of(name, answer[name]) for name in columns]
    array = array_of(answer)
    if array is not None:
        return "array", answer, [tensor_of("", array)]
    if isinstance(answer, dict) and answer and all(hasattr(value, "dtype") and hasattr(value, "shape") for value in answer.values()):
        return "columns", answer, [tensor_of(name, value) for name, value in answer.items()]
    return "json", answer, []


def write_answer(connection, answer):
    form, answer, tensors = form_of(answer)
    if form == "json" or not tensors or None in tensors:
        jsonable = answer.to_dict(orient="records") if form == "records" else answer.tolist() if form == "array" else answer
        write_frame(connection, {"form": "json", "text": json_of(jsonable)})
        return
    write_frame(connection, {"form": form, "tensors": [entry for entry, _ in tensors]}, [raw for _, raw in tensors])


def json_of(value):
    from mlflow.utils.proto_json_utils import NumpyEncoder

    text = json.dumps(value, cls=NumpyEncoder)
    # JSON has no NaN and no Infinity, which Python writes.
    if "NaN" in text or "Infinity" in text:
        text = json.dumps(json.loads(text, parse_constant=lambda _: None))
    return text


def failure(error):
    traceback.print_exc()
    message = getattr(error, "message", "")
    if type(error).__name__ == "MlflowException" and isinstance(message, str) and 400 <= error.get_http_status_code() < 500:
        # A type hint, or the model itself, does not take the input. MLflow repeats all of the data before it says what is wrong with it.
        if message.startswith("Failed to enforce schema"):
            message = message.rpartition("Error: ")[2]
        return {"error": message[:2000], "refused": True}
    last = traceback.format_exception_only(type(error), error)[-1].strip()
    return {"error": last[:2000]}


def main():
    end_with_server()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(sys.argv[1])
    os.register_at_fork(after_in_child=connection.close)
    try:
        import mlflow.pyfunc

        sys.dont_write_bytecode = True
        model = mlflow.pyfunc.load_model(sys.argv[2])
        kinds = kinds_of(model)
    except BaseException as error:
        write_frame(connection, failure(error))
        return
    write_frame(connection, {"ready": True})
    while True:
        header, body = read_frame(connection)
        try:
            try:
                data = read_input(header, body, kinds, model.metadata)
            except Exception as error:
                # Nothing of the model has run: what cannot be read is the client's.
                write_frame(connection, {**failure(error), "refused": not isinstance(error, MemoryError)})
                continue
            params = header.get("params")
            answer = model.predict(data, params=params) if params else model.predict(data)
            if os.getpid() != WORKER:
                os._exit(0)
            write_answer(connection, answer)
        except BaseException as error:
            if os.getpid() != WORKER:
                os._exit(1)
            write_frame(connection, failure(error))
            if isinstance(error, SystemExit):
                raise


main()
