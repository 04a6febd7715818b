package io.sinkron.transport.inmemory.named;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One cluster for all tests that do it no harm: started for the first of them, stopped after the last. */
final class SharedNodes implements ParameterResolver {
    private static final Namespace HERE = Namespace.create(SharedNodes.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ThreeNodes.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(HERE)
                .getOrComputeIfAbsent(ThreeNodes.class, type -> start(), ThreeNodes.class);
    }

    private static ThreeNodes start() {
        try {
            return ThreeNodes.start();
        } catch (Exception e) {
            throw new ParameterResolutionException("no cluster", e);
        }
    }
}
