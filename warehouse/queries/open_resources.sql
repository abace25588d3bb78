-- The resources that may be opened, as their catalogue entries have them; none that speaks of confidentiality.
SELECT
    s.resource_id, s.holder_code, s.holder_name, s.resource_code, s.title, s.abstract, s.theme, s.keywords,
    s.update_cycle, s.issued_date, s.modified_date, s.landing_page, a.open_access,
    (
        SELECT list(
            struct_pack(
                title := d.title, format := d.format, media_type := d.media_type,
                access_url := d.access_url, download_url := d.download_url
            )
            ORDER BY d.distribution_no
        )
        FROM catalog.distribution AS d
        WHERE d.resource_id = s.resource_id
    ) AS distributions
FROM catalog.resource AS s
JOIN classification.resource_access AS a USING (resource_id)
WHERE a.open_access IN ('unconditional', 'conditional') AND a.confidential_term IS NULL
ORDER BY s.holder_code, s.resource_code NULLS LAST, s.title, s.resource_id
