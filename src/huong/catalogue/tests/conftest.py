"""What the catalogue's tests share: a small contract that works, and the people around it."""

import textwrap

import pytest

GOOD = textwrap.dedent(
    """\
    apiVersion: v3.1.0
    kind: DataContract
    id: drains
    name: Cống thoát nước
    version: 1.0.0
    status: active
    domain: environment
    description:
      purpose: Cống và hố ga do sở quản lý.
    team:
      name: Sở Thoát nước
      customProperties:
        - property: agencyCode
          value: H57.8
    schema:
      - name: drains
        logicalType: object
        properties:
          - name: code
            businessName: Mã cống
            logicalType: string
            primaryKey: true
            required: true
            customProperties:
              - property: titleEn
                value: Code
              - property: semanticType
                value: text.identifier
          - name: kind
            businessName: Loại
            logicalType: string
            required: true
            enum:
              - value: box
              - value: pipe
          - name: depth_m
            businessName: Độ sâu
            logicalType: number
            logicalTypeOptions:
              minimum: 0
              maximum: 12
          - name: built_on
            businessName: Ngày xây
            logicalType: date
          - name: cleaned_on
            businessName: Ngày nạo vét
            logicalType: date
        quality:
          - name: cleaned_after_built
            type: custom
            engine: huong
            implementation: cleaned_on >= built_on
            severity: flag
            description: Ngày nạo vét phải sau ngày xây.
            customProperties:
              - property: descriptionEn
                value: Cleaned after it was built.
    slaProperties:
      - property: freshness
        value: 1
        unit: d
    customProperties:
      - property: titleEn
        value: Drains
      - property: mode
        value: upsert
      - property: classification
        value: open
      - property: sharing
        value:
          discoverable: true
          consumers: [H57.9]
    """
)


@pytest.fixture
def good():
    return GOOD


@pytest.fixture
def changed():
    """Return the good contract with a piece of its text replaced; the piece must be there."""

    def change(*pairs):
        text = GOOD
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new, 1)
        return text

    return change
