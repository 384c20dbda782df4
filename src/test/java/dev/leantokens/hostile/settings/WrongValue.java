package dev.leantokens.hostile.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.quarkus.runtime.configuration.MemorySize;

/**
 * A value of the wrong kind for a setting.
 *
 * @param kind names the kind in the output
 * @param text the value
 * @param mustBeRefused whether there is no meaning that the service could give to it; otherwise both a start and a refusal are
 *        right
 */
record WrongValue(String kind, String text, boolean mustBeRefused) {

    /** The kind of values that have the right type. */
    static final String LIMIT = "a limit";

    /** Tells a value that is quoted. */
    static final String MARK = "s3cr3t-in-the-wrong-place";

    /** More than the kernel accepts in a variable. */
    private static final String HUGE_TEXT = MARK.repeat(40_000);
    private static final String HUGE = "1" + "0".repeat(30);
    private static final String TOO_LONG = "9223372036854775808";

    /** @return values for a setting, of every kind that its type has */
    static List<WrongValue> of(Setting setting, Files files) {
        List<WrongValue> values = new ArrayList<>(always(setting));
        if (setting.type() == Boolean.class) {
            values.addAll(
                    refused("no boolean", "maybe", "ja", "j", "si", "2", "-1", "tru", "true false", "١", "'true'", "null"));
        } else if (setting.type() == Integer.class) {
            values.addAll(
                    refused("no whole number", HUGE, TOO_LONG, "2147483648", "1.5", "1,5", "1e3", "0x10", "1_000", "10K", "١٢",
                            "5 parsecs", "-2147483649", "-1", "NaN", "\"5\"", "--5"));
        } else if (setting.type() == Double.class) {
            values.addAll(
                    refused("no number", "1,5", "NaN", "Infinity", "-Infinity", "1e400", HUGE, "-0.1", "0x1p-1", "0.5f", "٠.٥",
                            "50%", "\"0.5\""));
        } else if (setting.type() == Duration.class) {
            values.addAll(refused("no duration", "10 parsecs", "-5s", "PT-5S", "PT99999999H", "PT99999999999999999H", HUGE,
                    TOO_LONG, "9223372036854775807", "2147483647", "9223372036854775807d", "5 s s", "٥s", "\"5s\"", "5sec",
                    "P1Y"));
        } else if (setting.type() == MemorySize.class) {
            values.addAll(
                    refused("no size", "10 parsecs", "-1", "1,5M", "1.5M", HUGE, HUGE + "G", "64KB", "٦٤K", "\"64K\"", "M"));
        } else if (setting.type().isEnum()) {
            values.addAll(refused("no constant", "1", "true", "none of them", "_", "-", "*"));
        }
        limits(setting).forEach(text -> values.add(new WrongValue(LIMIT, text, false)));
        if (setting.isFile()) {
            values.addAll(files.values(setting));
        }
        if (setting.isUrl()) {
            values.addAll(urls(setting));
        }
        return values;
    }

    private static List<WrongValue> always(Setting setting) {
        boolean typed = setting.type() != String.class && !setting.isFile() && !setting.isList();
        List<WrongValue> values = new ArrayList<>();
        for (String text : List.of("${nowhere.to.be.found}", "${nowhere.to.be.found", "${" + setting.property() + "}",
                "${aes-gcm-nopadding::x}")) {
            values.add(new WrongValue("an unset expression", text, !setting.isSecret()));
        }
        for (String text : List.of(MARK, "\"" + MARK + "\"", MARK + "=" + MARK, "\uFFFD" + MARK, "\\", "$$", "\\${x}",
                HUGE_TEXT,
                "a\nb\rc " + MARK)) {
            values.add(new WrongValue("any text", text, typed));
        }
        if (!typed) {
            for (String text : List.of("''", "%", "-", "/", "*", "**", "[]", MARK + "é\u202E", "\u0001" + MARK)) {
                values.add(new WrongValue("any text", text, false));
            }
        }
        for (String text : typed ? List.of(",") : List.of(",", ",,", "a,", ",a", " , ", "a,,b", MARK + "," + MARK)) {
            values.add(new WrongValue("a list", text, typed));
        }
        return values;
    }

    /** Values that have the type, and are at its limits. */
    private static List<String> limits(Setting setting) {
        if (setting.type() == Integer.class) {
            return List.of("0", "1", "2147483647");
        } else if (setting.type() == Duration.class) {
            return List.of("0s", "PT0.000000001S", "1ms", "1,5s", "1h", "24h", "8760h");
        } else if (setting.type() == MemorySize.class) {
            return List.of("0", "1", "1G", "1024G", "9223372036854775807", "9223372036854775808");
        } else if (setting.type() == Double.class) {
            return List.of("0", "1e-320", "0.9999999999999999999", "1");
        }
        return List.of();
    }

    private static List<WrongValue> urls(Setting setting) {
        List<WrongValue> values = new ArrayList<>();
        boolean store = setting.property().equals("store.url");
        String scheme = store ? "redis"
                : setting.property().endsWith("proxy-url") || setting.property().startsWith("otel.")
                        || setting.property().equals("lean.url") ? "http" : "https";
        String path = setting.property().equals("mcp.oauth-resource") ? "/mcp" : "";
        values.addAll(
                refused("no URL", scheme + "://host:99999" + path, scheme + "://host:0" + path, scheme + "://host:-1" + path,
                        scheme + "://ho st" + path, scheme + "://" + path, scheme + ":" + path, scheme, "ftp://host" + path,
                        scheme + "://bücher.example" + path, scheme + "://host:port" + path, scheme + "://[::1" + path,
                        "://host" + path,
                        "host:80" + path, scheme + "://host\\x" + path, scheme + "://host" + path + "#fragment"));
        if (!store) {
            values.addAll(refused("a URL with a user", scheme + "://user:" + MARK + "@host:80" + path));
        }
        return values;
    }

    static List<WrongValue> refused(String kind, String... texts) {
        return List.of(texts).stream().map(text -> new WrongValue(kind, text, true)).toList();
    }

    @Override
    public String toString() {
        String shown = text.length() > 60 ? text.substring(0, 60) + "… (" + text.length() + ")" : text;
        return kind + " '" + shown.replace("\n", "\\n").replace("\r", "\\r") + "'";
    }
}
