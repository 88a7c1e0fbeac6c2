package io.nvmelm.core.codec;

import java.math.BigInteger;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// A field of a structure as the standard draws it, by its first bit counted from the start of the structure, and the
/// accessors that a view has for it.
///
/// @param <V>      the view
/// @param name     name of the field in the standard
/// @param firstBit first bit, 8 * byte + bit
/// @param bits     width
/// @param get      getter
/// @param set      setter
record BitField<V>(String name, int firstBit, int bits, ToLongFunction<V> get, Setter<V> set) {

    /// Sets a field of a view.
    interface Setter<V> {
        void set(V view, long value);
    }

    static <V> BitField<V> at(String name, int byteOffset, int bits, ToLongFunction<V> get, Setter<V> set) {
        return new BitField<>(name, 8 * byteOffset, bits, get, set);
    }

    static <V> BitField<V> flag(String name, int bit, Predicate<V> get, FlagSetter<V> set) {
        return new BitField<>(name, bit, 1, view -> get.test(view) ? 1 : 0, (view, value) -> set.set(view, value != 0));
    }

    /// Sets a flag of a view.
    interface FlagSetter<V> {
        void set(V view, boolean value);
    }

    /// The values worth trying: 0, 1, the highest bit alone and the maximum.
    Stream<Long> values() {
        return Stream.of(0L, 1L, 1L << (bits - 1), maximum()).distinct();
    }

    long maximum() {
        return -1L >>> (64 - bits);
    }

    /// Bytes of a structure, little endian, with this field replaced.
    byte[] replacedIn(byte[] structure, long value) {
        var number = littleEndian(structure);
        var mask = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
        var field = new BigInteger(Long.toUnsignedString(value)).and(mask);
        var replaced = number.andNot(mask.shiftLeft(firstBit)).or(field.shiftLeft(firstBit));
        return littleEndian(replaced, structure.length);
    }

    private static BigInteger littleEndian(byte[] bytes) {
        return new BigInteger(1, reversed(bytes, bytes.length));
    }

    private static byte[] littleEndian(BigInteger number, int length) {
        return reversed(number.toByteArray(), length);
    }

    private static byte[] reversed(byte[] bytes, int length) {
        byte[] result = new byte[length];
        for (int i = 0; i < Math.min(length, bytes.length); i++) {
            result[i] = bytes[bytes.length - 1 - i];
        }
        return result;
    }

    @Override
    public String toString() {
        return name;
    }
}
