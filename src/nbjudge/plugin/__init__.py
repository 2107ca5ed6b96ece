"""What nbgrader loads, and what the commands of nbjudge do.

Converters (`autograde`, `feedback`), the execute step (`execute`), the stamp of a release
(`release`), the export (`export`), nbgrader's paths mended (`paths`); what a run knows of the
course (`assignment`, `settings`), decides (`plan`) and bears (`stopping`); the commands (`apps`,
`explain`) and `judge` in a notebook (`teacher`).
"""
