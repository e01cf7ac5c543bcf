requires(Module::CPANfile->can('load') ? 'A' : 'B', scalar 1);
