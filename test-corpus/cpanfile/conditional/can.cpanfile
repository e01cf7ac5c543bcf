if (eval { require Carp; 1 }) { requires 'A' }
