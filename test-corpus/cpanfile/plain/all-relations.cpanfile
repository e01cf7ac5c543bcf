requires 'A', '1'; recommends 'B', '2'; suggests 'C', '3'; conflicts 'D', '< 4';
