"""What the tests of the pages share: two datasets with data, one of them with rows that wait for repair."""

import textwrap

import pytest

CONTRACT = textwrap.dedent(
    """\
    apiVersion: v3.1.0
    kind: DataContract
    id: {name}
    name: {title}
    version: {version}
    status: active
    domain: environment
    description:
      purpose: Trạm bơm do sở quản lý.
    team:
      name: Sở Thoát nước
      customProperties:
        - property: agencyCode
          value: {owner}
    schema:
      - name: {name}
        logicalType: object
        properties:
          - name: code
            businessName: Mã trạm
            physicalName: ma
            logicalType: string
            primaryKey: true
            required: true
            customProperties:
              - property: titleEn
                value: Code
              - property: semanticType
                value: text.identifier
          - name: ward
            businessName: Phường
            physicalName: phuong
            logicalType: string
            required: true
            customProperties:
              - property: titleEn
                value: Ward
              - property: semanticType
                value: vn.unit
              - property: unitAsOf
                value: "2025-07-01"
          - name: place
            businessName: Vị trí
            transformSourceObjects: [vi_do, kinh_do]
            logicalType: object
            customProperties:
              - property: titleEn
                value: Place
              - property: semanticType
                value: geo.point
          - name: power_kw
            businessName: Công suất
            physicalName: cong_suat
            logicalType: number
            logicalTypeOptions:
              minimum: 0
              maximum: 900
            customProperties:
              - property: titleEn
                value: Power
              - property: unit
                value: kW
    slaProperties:
      - property: freshness
        value: 1
        unit: d
    customProperties:
      - property: titleEn
        value: {title_en}
      - property: mode
        value: upsert
      - property: classification
        value: open
      - property: sharing
        value:
          discoverable: true
          api: true
          consumers: [H57.9]
    """
)
PUMPS = (
    "ma,phuong,vi_do,kinh_do,cong_suat\n"
    "TB-01,Phường An Cựu,16.4500,107.6000,75\n"
    "TB-02,Phường Phú Xuân,16.4800,107.5700,110\n"
    "TB-03,Phường Vỹ Dạ,16.4700,107.6100,45\n"
    "TB-04,Phường Không Có,16.4600,107.5900,55\n"
    "TB-05,Phường An Cựu,16.4510,107.6010,-7\n"
)


def contract(name="pumps", *, title="Trạm bơm", title_en="Pumping stations", version="1.0.0", owner="H57.8"):
    return CONTRACT.format(name=name, title=title, title_en=title_en, version=version, owner=owner)


def load(name, folder, text=PUMPS, *, by=None, file="pumps.csv"):
    from huong.intake import actions
    from huong.store.serving import building

    path = folder / file
    path.write_text(text, encoding="utf-8")
    done = actions.load_file(name, path, by=by)
    building.bring_up(name)
    return done


@pytest.fixture
def pumps(steward, tmp_path, transactional_db):
    """Load five pumping stations of the drains; two of them are wrong and wait."""
    from huong.catalogue import actions

    actions.add(contract(), by=None)
    return load("pumps", tmp_path, by=steward)


def sign_in(client, user):
    """Sign somebody in, with the second factor that their powers need; that is the higher assurance."""
    from huong.people import assurance
    from huong.people.access import SECOND_FACTOR

    client.force_login(user)
    session = client.session
    session[SECOND_FACTOR], session[assurance.KEY] = True, assurance.HIGH
    session.save()


@pytest.fixture
def as_steward(client, steward):
    sign_in(client, steward)
    return client
