package dev.leantokens.json;

import java.util.List;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.ObjectMapper;

import io.quarkus.arc.All;
import io.quarkus.jackson.ObjectMapperCustomizer;

/**
 * Replaces Quarkus' object mapper, so that libraries do not cache member names either. Vert.x decodes with a copy of it, which
 * the MCP extension uses for messages.
 */
class SharedMapper {

    @Produces
    @Singleton
    ObjectMapper mapper(@All List<ObjectMapperCustomizer> customizers) {
        ObjectMapper mapper = UncachedNames.mapper().build();
        customizers.stream().sorted().forEach(customizer -> customizer.customize(mapper));
        return mapper;
    }
}
