package io.nvmelm.preflight;

import io.nvmelm.CallbackException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationRole;
import io.nvmelm.nvme.StatusCode;
import java.util.Objects;
import java.util.Optional;

/// How a migration failed, as an embedder sees it.
///
/// @param where  which side, or the guest at its destination
/// @param step   step of the device, phase of the migration, or what the guest did
/// @param what   type of the exception, with its status or field; or what the guest saw
/// @param detail message of the exception, or everything that the guest saw
record Failure(Where where, String step, String what, String detail) {
    enum Where {
        SOURCE, DESTINATION, GUEST;

        static Where of(MigrationRole role) {
            return role == MigrationRole.SOURCE ? SOURCE : DESTINATION;
        }
    }

    static Failure of(MigrationRole role, String phase, LiveMigrationException thrown) {
        var what = switch (thrown) {
            case CommandFailedException e ->
                e.command().replaceFirst("\\[.*", "") + " " + e.status().statusCode().map(StatusCode::name).orElse("?");
            case InvalidValueException e -> e.field();
            case CallbackException e -> Objects.requireNonNull(e.getCause()).getMessage();
            default -> "";
        };
        return new Failure(
                Where.of(role),
                phase + Optional.ofNullable(thrown.step()).map(step -> ", " + step).orElse(""),
                (thrown.getClass().getSimpleName() + " " + what).strip(),
                String.valueOf(thrown.getMessage()));
    }

    static Failure ofGuest(String step, String what, Object detail) {
        return new Failure(Where.GUEST, step, what, detail.toString());
    }

    /// {@return what a table of explanations is asked for}
    String key() {
        return where + " " + step + ": " + what;
    }
}
