"""Parts of HTML pages that students' and teachers' pages share; layout in ``templates``."""
