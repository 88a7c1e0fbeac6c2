package io.nvmelm.core.preflight;

/// Texts that somebody else wrote: the other side of a migration, a file, a controller. They are compared as they are and shown by this.
public final class ForeignText {
    private ForeignText() {}

    /// {@return a text to be shown: in one line, and without characters that a terminal would obey; these as codes}
    ///
    /// @param text what somebody else wrote
    public static String shown(String text) {
        var shown = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            if (isObeyed(character)) {
                shown.append("\\u{").append(Integer.toHexString(character)).append('}');
            } else {
                shown.appendCodePoint(character);
            }
        });
        return shown.toString();
    }

    private static boolean isObeyed(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
