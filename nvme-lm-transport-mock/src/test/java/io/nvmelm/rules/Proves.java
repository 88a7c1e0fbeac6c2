package io.nvmelm.rules;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Says which rules of the standard a test proves, by their identifiers in `live-migration-rules.tsv`.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Proves {
    /// Rules that it proves on both sides.
    String[] both() default {};

    /// Rules that it proves on the in-memory device.
    String[] device() default {};

    /// Rules that it proves on the host side.
    String[] host() default {};
}
