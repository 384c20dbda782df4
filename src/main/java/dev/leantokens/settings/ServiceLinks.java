package dev.leantokens.settings;

import java.util.Set;
import java.util.regex.Pattern;

/** The variables that Kubernetes and Docker set for the address of a service, which may be called like a setting. */
public final class ServiceLinks {

    private static final Pattern OF_ONE_SERVICE = Pattern.compile(".+_SERVICE_HOST|.+_SERVICE_PORT(_.+)?|.+_PORT_\\d+_.+");
    private static final String PORT = "_PORT";

    private ServiceLinks() {
    }

    /** @return whether the variable is one of these; {@code MCP_PORT=tcp://…} comes with further ones */
    public static boolean contains(String name, Set<String> variables) {
        return OF_ONE_SERVICE.matcher(name).matches() || name.endsWith(PORT) && variables.stream().anyMatch(
                other -> other.startsWith(name + "_") && OF_ONE_SERVICE.matcher(other).matches());
    }
}
