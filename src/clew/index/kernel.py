"""How a plain function of the index becomes machine code: once, for exactly the types it is given later."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row", bound=np.generic)


class Kernel(NamedTuple):
    name: str
    compile: Callable[[object], object]
    compiled_for: Callable[[], Sequence[object]]
    signature: object


KERNELS: list[Kernel] = []
"""Every compiled function that Python itself calls; `clew.index.warming` compiles all of them."""


def given(dtype: types.Type, dimensions: int) -> object:
    """Type of an array that a kernel only reads; what is handed in must be `frozen`.

    numba compiles read-only and writable arrays apart, and mapped files are read-only:
    everything a kernel reads is read-only, so there is one type and one compilation.
    """
    return types.Array(dtype, dimensions, "C", readonly=True)


def filled(dtype: types.Type, dimensions: int) -> object:
    """Type of an array that a kernel writes."""
    return types.Array(dtype, dimensions, "C")


def frozen(array: NDArray[Row]) -> NDArray[Row]:
    """A read-only, contiguous view (a copy only where it must be) for a kernel to read."""
    if array.flags.c_contiguous and not array.flags.writeable:
        return array
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def kernel(answer: Callable[..., object], *arguments: object) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile at first need, run without the interpreter's lock, keep the code in NUMBA_CACHE_DIR."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        compiled: Any = numba.njit(cache=True, nogil=True)(function)
        signature = answer(*arguments)
        name = f"{function.__module__}.{function.__name__}"
        KERNELS.append(Kernel(name, compiled.compile, lambda: compiled.signatures, signature))
        return cast("Callable[P, R]", compiled)

    return decorate


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only kernels call."""
    return cast("Callable[P, R]", numba.njit(nogil=True)(function))


@intrinsic
def _popcount(typing_context, word):  # type: ignore[no-untyped-def]
    """Number of set bits of a 64-bit word: one instruction."""
    del typing_context, word

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        del context, signature
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@intrinsic
def _lowest_bit(typing_context, word):  # type: ignore[no-untyped-def]
    """Position of the lowest set bit of a 64-bit word that is not 0: one instruction."""
    del typing_context, word

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        del context, signature
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate


@intrinsic
def _prefetch(typing_context, array, position):  # type: ignore[no-untyped-def]
    """Ask for the cache line of one element of a flat array, without waiting for it."""
    del typing_context, position

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        line = context.make_array(signature.args[0])(context, builder, arguments[0])
        address = builder.bitcast(builder.gep(line.data, [arguments[1]]), ir.IntType(8).as_pointer())
        word = ir.IntType(32)
        prefetch_type = ir.FunctionType(ir.VoidType(), [address.type, word, word, word])
        call = cgutils.get_or_insert_function(builder.module, prefetch_type, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        builder.call(call, [address, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate


popcount = cast("Callable[[np.uint64], np.uint64]", _popcount)
lowest_bit = cast("Callable[[np.uint64], np.uint64]", _lowest_bit)
prefetch = cast("Callable[[NDArray[Any], np.uint64], None]", _prefetch)
