package io.nvmelm.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.InvalidValueException;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// What a refusal has to say: field, value, bound and place.
final class Refusals {
    private Refusals() {}

    static void assertRefused(ThrowingCallable call, String field, String value, String bound, long byteOffset) {
        var refusal = refusalOf(call);
        assertThat(refusal.field()).isEqualTo(field);
        assertThat(refusal.value()).isEqualTo(value);
        assertThat(refusal.bound()).isEqualTo(bound);
        assertThat(refusal.byteOffset()).isEqualTo(byteOffset < 0 ? OptionalLong.empty() : OptionalLong.of(byteOffset));
    }

    static InvalidValueException refusalOf(ThrowingCallable call) {
        var refusal = catchThrowableOfType(InvalidValueException.class, call);
        assertThat(refusal).as("refusal").isNotNull();
        return refusal;
    }
}
