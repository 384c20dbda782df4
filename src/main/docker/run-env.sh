# The JVM options of the image. The base image's run-java.sh sources this file before it starts the JVM. They are not in the
# Dockerfile's ENV, because a user who sets JAVA_OPTS_APPEND would replace them there; here the user's options are added after them.
# A JVM ignores an archive that does not match.
JAVA_OPTS_APPEND="-XX:SharedArchiveFile=/deployments/startup.jsa -Djava.util.logging.manager=org.jboss.logmanager.LogManager ${JAVA_OPTS_APPEND:-}"
