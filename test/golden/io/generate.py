"""Writes the array files of this folder with NumPy, SciPy and Octave, and their content to expected.json.

Run it inside this folder: python3 generate.py. It prints the table of README.md. Dates in file headers are replaced,
so that the same versions write the same bytes.
"""

import hashlib
import io
import json
import math
import pathlib
import platform
import struct
import subprocess

import numpy
import scipy
import scipy.io
import scipy.sparse

FOLDER = pathlib.Path(__file__).parent
EXPECTED = {}


def spell(number):
    """JSON has no spelling for NaN, infinities and the sign of zero."""
    number = float(number)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return "-0" if number == 0 and math.copysign(1, number) < 0 else number


def content(array):
    array = numpy.asarray(array.toarray() if scipy.sparse.issparse(array) else array)
    is_complex = bool(numpy.iscomplexobj(array))
    flat = array.ravel(order="C")
    numbers = [part for z in flat for part in (z.real, z.imag)] if is_complex else flat
    return {"shape": list(array.shape), "complex": is_complex, "data": [spell(x) for x in numbers]}


def write(name, data, arrays):
    (FOLDER / name).write_bytes(data)
    EXPECTED[name] = {key: content(array) for key, array in arrays.items()}


# NumPy -------------------------------------------------------------------------------------------------------------

ramp = numpy.arange(24.0).reshape(2, 3, 4)
waves = numpy.cos(numpy.arange(12.0)).reshape(3, 4) + 1j * numpy.sin(0.7 * numpy.arange(12.0)).reshape(3, 4)
extremes = numpy.array([numpy.nan, numpy.inf, -numpy.inf, 0.0, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3])


def npy_bytes(array, version=None):
    file = io.BytesIO()
    numpy.lib.format.write_array(file, numpy.asanyarray(array), version=version, allow_pickle=False)
    return file.getvalue()


arrays = {}
for dtype in ["<f8", ">f8", "<f4", ">f4"]:
    arrays[dtype] = numpy.sin(numpy.arange(6.0)).reshape(2, 3).astype(dtype)
for dtype in ["<c16", ">c16", "<c8", ">c8"]:
    arrays[dtype] = waves.astype(dtype)
for dtype in ["|i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "|u1", "<u2", ">u2", "<u4", ">u4", "<u8", ">u8"]:
    info = numpy.iinfo(dtype)
    largest = min(info.max, 2**53)
    arrays[dtype] = numpy.array([max(info.min, -(2**53)), 0, 1, 100, largest - 1, largest], dtype=dtype)
arrays["|b1"] = numpy.array([[True, False], [False, True]])
arrays["extremes"] = extremes
arrays["fortran real"] = numpy.asfortranarray(ramp)
arrays["fortran complex"] = numpy.asfortranarray(waves.reshape(2, 3, 2))
arrays["fortran >c8"] = numpy.asfortranarray(waves.astype(">c8"))
arrays["single number"] = numpy.array(2.5)
arrays["empty"] = numpy.zeros(0)
arrays["no rows"] = numpy.zeros((0, 3), order="F")
arrays["one"] = numpy.array([7.0])
arrays["__proto__"] = numpy.array([1.0, 2.0])
arrays["größe"] = numpy.array([3.0])


def npz_bytes(save):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


write("numpy-stored.npz", npz_bytes(numpy.savez), arrays)
write("numpy-deflated.npz", npz_bytes(numpy.savez_compressed), arrays)
write("real.npy", npy_bytes(ramp), {"": ramp})
write("complex.npy", npy_bytes(waves), {"": waves})
write("complex-fortran.npy", npy_bytes(numpy.asfortranarray(waves)), {"": waves})
write("version-2.npy", npy_bytes(ramp, (2, 0)), {"": ramp})
write("version-3.npy", npy_bytes(waves, (3, 0)), {"": waves})

# SciPy -------------------------------------------------------------------------------------------------------------

sparse_real = numpy.array([[0, 1.5, 0, 0], [2.5, 0, 0, 0], [0, -3.5, 0, 4.5]])
variables = {
    "A": waves,
    "ramp": ramp,
    "extremes": extremes.reshape(2, 4),
    "single": numpy.array([[0.1, 0.2]], dtype="f4"),
    "single_complex": waves.astype("c8"),
    "int8": numpy.array([[-128, 127]], dtype="i1"),
    "uint8": numpy.array([[0, 255]], dtype="u1"),
    "int16": numpy.array([[-32768, 32767]], dtype="i2"),
    "uint16": numpy.array([[0, 65535]], dtype="u2"),
    "int32": numpy.array([[-(2**31), 2**31 - 1]], dtype="i4"),
    "uint32": numpy.array([[0, 2**32 - 1]], dtype="u4"),
    "int64": numpy.array([[-(2**53), 2**53]], dtype="i8"),
    "uint64": numpy.array([[0, 2**53]], dtype="u8"),
    "logical": numpy.array([[True, False, True]]),
    "empty": numpy.zeros((0, 3)),
    "sparse": scipy.sparse.csc_matrix(sparse_real),
    "sparse_complex": scipy.sparse.csc_matrix(sparse_real * (1 + 2j)),
}
others = {"text": "not numbers", "structure": {"field": numpy.eye(2)}, "cell": numpy.array([1.0, "x"], dtype=object)}


def mat_bytes(**options):
    file = io.BytesIO()
    scipy.io.savemat(file, {**variables, **others}, **options)
    return with_header(file.getvalue(), "SciPy")


def with_header(data, writer):
    return f"MATLAB 5.0 MAT-file, written by {writer}".encode().ljust(116) + data[116:]


SIZES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8, 16: 1, 17: 2, 18: 4}


def swapped_elements(data):
    """The data elements of a little-endian MAT file in the other byte order."""
    out = b""
    at = 0
    while at < len(data):
        word, size = struct.unpack_from("<II", data, at)
        if word >> 16:
            width = SIZES[word & 0xFFFF]
            packed = data[at + 4 : at + 8]
            words = [packed[i : i + width][::-1] for i in range(0, 4, width)]
            out += struct.pack(">I", word) + b"".join(words)
            at += 8
            continue
        end = at + 8 + size
        padded = at + 8 + (size if word == 14 else -(-size // 8) * 8)
        body = data[at + 8 : end]
        if word == 14:
            body = swapped_elements(body)
        else:
            width = SIZES[word]
            body = b"".join(body[i : i + width][::-1] for i in range(0, size, width))
        out += struct.pack(">II", word, size) + body + data[end:padded]
        at = padded
    return out


def check_mat(data, reference):
    loaded = scipy.io.loadmat(io.BytesIO(data))
    for name, array in reference.items():
        assert content(loaded[name]) == content(array), name


little = mat_bytes()
big = little[:124] + struct.pack(">H", 0x0100) + b"MI" + swapped_elements(little[128:])
check_mat(big, variables)
write("scipy.mat", little, variables)
write("scipy-compressed.mat", mat_bytes(do_compression=True), variables)
write("scipy-big-endian.mat", big, variables)
matrices = {"x": waves, "measurement": ramp[0], "name5": numpy.zeros((0, 2))}
file = io.BytesIO()
scipy.io.savemat(file, matrices)
write("matrices.mat", with_header(file.getvalue(), "SciPy"), matrices)
file = io.BytesIO()
scipy.io.savemat(file, {"ramp": ramp[0]}, format="4")
write("level-4.mat", file.getvalue(), {})

# Octave ------------------------------------------------------------------------------------------------------------

OCTAVE = """
A = [1+2i, 3; 4, 5-6i; 0, 1i/3]; ramp = reshape(0:23, 2, 3, 4); row = single(pi) * (1:3);
bytes = uint8([1 2; 3 250]); wide = int64([-5 7]); truth = [true false; false true];
sparse_real = sparse([1 3 3], [2 1 4], [1.5 -2.5 3.5], 3, 5); sparse_complex = sparse_real * (1 + 2i);
empty = zeros(3, 0); text = 'words'; cell = {1, 'two'}; structure.field = 1;
"""
NUMERIC = ["A", "ramp", "row", "bytes", "wide", "truth", "sparse_real", "sparse_complex", "empty"]


def octave(option, name):
    script = f"{OCTAVE} save('{option}', '{name}');"
    subprocess.run(["octave", "--no-gui", "--quiet", "--eval", script], cwd=FOLDER, check=True)
    return (FOLDER / name).read_bytes()


for option, name in [("-v6", "octave.mat"), ("-v7", "octave-compressed.mat")]:
    data = with_header(octave(option, name), "Octave")
    loaded = scipy.io.loadmat(io.BytesIO(data))
    write(name, data, {key: loaded[key] for key in NUMERIC})

# -------------------------------------------------------------------------------------------------------------------

files = []
for name, arrays in EXPECTED.items():
    lines = [f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(array)}" for key, array in arrays.items()]
    files.append(f" {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n }")
(FOLDER / "expected.json").write_text("{\n" + ",\n".join(files) + "\n}\n")
octave_version = subprocess.run(["octave", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
print(f"Python {platform.python_version()}, NumPy {numpy.__version__}, SciPy {scipy.__version__}, {octave_version}\n")
for path in sorted(FOLDER.iterdir()):
    if path.name not in ("README.md", "generate.py"):
        print(f"| `{path.name}` | {len(path.read_bytes())} | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |")
