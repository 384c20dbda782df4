package dev.leantokens.access;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The certificates of a local client, by a name among their subject alternative names (RFC 5280 §4.2.1.6): a SPIFFE ID or a DNS
 * name. The subject is never compared: its common name is no name of a host or a workload. Immutable.
 * <p>
 * Only the pattern has wildcards. A certificate's name that is not well-formed matches no pattern, so neither encodings nor
 * dot segments nor wildcards in a certificate widen what its authority has certified.
 */
sealed interface CertificatePattern {

    /** More names of one kind than that need no certificate, and each is compared with each pattern. */
    int MAX_NAMES = 32;

    /** A certificate's names by which it can be recognized. */
    record Names(List<String> uris, List<String> hosts) {

        private static final int DNS_NAME = 2;
        private static final int URI = 6;

        public Names {
            uris = List.copyOf(uris);
            hosts = List.copyOf(hosts);
        }

        /** @param alternativeNames as {@link java.security.cert.X509Certificate#getSubjectAlternativeNames} returns them */
        static Names of(Collection<List<?>> alternativeNames) {
            return new Names(ofType(URI, alternativeNames), ofType(DNS_NAME, alternativeNames));
        }

        private static List<String> ofType(int type, Collection<List<?>> names) {
            return names.stream().filter(name -> Integer.valueOf(type).equals(name.get(0)))
                    .flatMap(name -> name.get(1) instanceof String text ? Stream.of(text) : Stream.empty()).toList();
        }
    }

    /**
     * @param pattern as configured
     * @throws IllegalArgumentException if it is neither; the message is for an operator and continues a sentence
     */
    static CertificatePattern parse(String pattern) {
        return pattern.contains("/") || pattern.contains(":") ? SpiffeId.parse(pattern) : DnsName.parse(pattern);
    }

    /** @return whether one of the names is meant */
    boolean matches(Names names);

    /**
     * A SPIFFE ID. In its path, {@code *} stands for one or more characters other than a slash, {@code **} for any.
     *
     * @param text the pattern, equal for equal patterns
     */
    record SpiffeId(String text) implements CertificatePattern {

        private static final String SCHEME = "spiffe://";
        /** The SPIFFE-ID specification, §2: these characters only, and no encoded ones. The trust domain is in lower case. */
        private static final Pattern ID = Pattern.compile("spiffe://[a-z0-9._-]{1,255}+(?:/[A-Za-z0-9._-]++)++");
        private static final Pattern CONFIGURED = Pattern.compile("spiffe://[a-z0-9._-]{1,255}+(?:/[A-Za-z0-9._*-]++)++");
        private static final Pattern DOT_SEGMENT = Pattern.compile("/\\.{1,2}(/|$)");
        private static final int MAX_LENGTH = 2048;
        /** The parts of a pattern: wildcards and single characters. */
        private static final Pattern WILDCARDS = Pattern.compile("\\*\\*|.");

        static SpiffeId parse(String pattern) {
            if (!pattern.startsWith(SCHEME) || !isWellFormed(pattern, CONFIGURED) || pattern.contains("***")) {
                throw new IllegalArgumentException(
                        "is no pattern for SPIFFE IDs such as spiffe://example.org/ns/payments/*, with "
                                + "a trust domain in lower case and without a wildcard, and a path without encoded characters");
            }
            return new SpiffeId(pattern);
        }

        /** A certificate for a workload has exactly one (X.509-SVID, §2). */
        @Override
        public boolean matches(Names names) {
            return names.uris().size() == 1 && isWellFormed(names.uris().get(0), ID)
                    && matches(names.uris().get(0));
        }

        private boolean matches(String id) {
            int wildcard = text.indexOf('*');
            return wildcard < 0 ? text.equals(id)
                    : id.startsWith(text.substring(0, wildcard)) && matches(text.substring(wildcard), id.substring(wildcard));
        }

        /** Follows all readings of the wildcards at once, so that none is tried again. */
        private static boolean matches(String pattern, String path) {
            String[] parts = WILDCARDS.matcher(pattern).results().map(MatchResult::group).toArray(String[]::new);
            boolean[] matched = new boolean[parts.length + 1];
            matched[0] = true;
            for (int i = 0; i < path.length(); i++) {
                boolean[] longer = new boolean[parts.length + 1];
                for (int part = 0; part < parts.length; part++) {
                    boolean fits = fits(parts[part], path.charAt(i));
                    longer[part + 1] |= fits && (matched[part] || matched[part + 1] && parts[part].startsWith("*"));
                }
                matched = longer;
            }
            return matched[parts.length];
        }

        private static boolean fits(String part, char c) {
            return switch (part) {
                case "*" -> c != '/';
                case "**" -> true;
                default -> part.charAt(0) == c;
            };
        }

        private static boolean isWellFormed(String id, Pattern form) {
            return id.length() <= MAX_LENGTH && form.matcher(id).matches() && !DOT_SEGMENT.matcher(id).find();
        }
    }

    /**
     * A DNS name, in which {@code *} stands for one label.
     *
     * @param labels in lower case
     */
    record DnsName(List<String> labels) implements CertificatePattern {

        private static final String ANY_LABEL = "*";
        private static final int MAX_LENGTH = 253;
        /** Letters, digits and hyphens as in RFC 1123 §2.1, and underscores, which names of workloads have. */
        private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");
        /** The end of an IP address, which certificates have as a name of another type. */
        private static final Pattern NUMBER = Pattern.compile("\\d+");
        private static final Pattern DOT = Pattern.compile("\\.");

        public DnsName {
            labels = List.copyOf(labels);
        }

        static DnsName parse(String pattern) {
            List<String> labels = labels(pattern);
            String last = labels.get(labels.size() - 1);
            if (pattern.length() > MAX_LENGTH || !labels.stream().allMatch(label -> label.equals(ANY_LABEL) || isLabel(label))
                    || last.equals(ANY_LABEL) || NUMBER.matcher(last).matches()) {
                throw new IllegalArgumentException("is neither a SPIFFE ID nor a DNS name such as *.payments.example.com, in "
                        + "which * stands for a whole label except the last one, and a label with letters other than ASCII is "
                        + "written as xn--…");
            }
            return new DnsName(labels);
        }

        @Override
        public boolean matches(Names names) {
            return names.hosts().size() <= MAX_NAMES && names.hosts().stream().anyMatch(this::isMeantBy);
        }

        private boolean isMeantBy(String host) {
            List<String> received = host.length() > MAX_LENGTH ? List.of() : labels(host);
            if (received.size() != labels.size()) {
                return false;
            }
            for (int i = 0; i < labels.size(); i++) {
                if (!isLabel(received.get(i)) || !labels.get(i).equals(ANY_LABEL) && !labels.get(i).equals(received.get(i))) {
                    return false;
                }
            }
            return true;
        }

        private static boolean isLabel(String label) {
            return LABEL.matcher(label).matches();
        }

        /** An empty label, as after a trailing dot, is kept and matches nothing. */
        private static List<String> labels(String name) {
            return List.of(DOT.split(lowerCase(name), -1));
        }

        /** Of ASCII only: other letters have lower-case forms in ASCII, such as the Kelvin sign. */
        private static String lowerCase(String name) {
            return name.chars().allMatch(c -> c < 128) ? name.toLowerCase(Locale.ROOT) : name;
        }
    }
}
