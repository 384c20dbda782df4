package dev.leantokens.json;

import java.util.List;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.ObjectMapper;

import io.quarkus.arc.All;
import io.quarkus.jackson.ObjectMapperCustomizer;

/**
 * Takes the place of Quarkus' own mapper, so that what libraries read does not cache names either. Vert.x decodes by a copy of
 * it, and the MCP extension reads messages that way.
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
