"""All messages. SCHEMA_VERSION rises with every change; messages only gain optional fields."""

from skypact.core.messages.agreement import (
    AgreementResumed,
    AgreementSuspended,
    ResumeAgreement,
    SuspendAgreement,
)
from skypact.core.messages.alerting.alert import (
    Alert,
    AlertChanged,
    AlertPlace,
    AlertState,
    CancelAlert,
    Outcome,
    OverrideWatch,
    Pending,
    Reach,
    ReleaseStep,
    TestedState,
    WatchState,
    WatchView,
)
from skypact.core.messages.alerting.notice import (
    Channel,
    ChannelNoted,
    DeliveryState,
    Notice,
    NoticeArea,
    NoticeFailure,
    NoticeReported,
    NoticeStopped,
    Stage,
)
from skypact.core.messages.alerting.readiness import (
    ClassifyThreat,
    Readiness,
    ReadinessChanged,
    ReadinessProposal,
    ReadinessStep,
    SetReadiness,
    ThreatClassified,
    ThreatKind,
)
from skypact.core.messages.audit import AuditFault, FrameTaken, PartnerAudit, TellAudit
from skypact.core.messages.feed import (
    Datagrams,
    DatagramsDropped,
    FeedNoted,
    FeedState,
    FeedView,
    PacketsRefused,
    PlotsRefused,
    SensorState,
    SourceState,
)
from skypact.core.messages.header import TIME_MAX_NS, Context, Message
from skypact.core.messages.identity import (
    DECIDED,
    STATED,
    ConflictResolved,
    Evidence,
    EvidenceSource,
    IdentityCarried,
    IdentityClaim,
    IdentityConflict,
    IdentityProposed,
    IdentitySet,
    IdentityStep,
    PartnerIdentity,
    ProposeIdentity,
    ResolveConflict,
    SetIdentity,
    TrackIdentity,
)
from skypact.core.messages.node import (
    ClockStepped,
    InputQuarantined,
    NodeStarted,
    StorageFailed,
    Woken,
)
from skypact.core.messages.picture import PictureView, PlacesObserved
from skypact.core.messages.plot import (
    DEPENDENT,
    PRIMARY,
    SECONDARY,
    Bearings,
    LaunchDetections,
    PositionReports,
    Scan,
    Sighted,
    SightingArea,
    Sightings,
    SightingsUnexplained,
)
from skypact.core.messages.registration import SensorRegistration, Standing, TurnMeasured
from skypact.core.messages.release import (
    FRAMED,
    FrameRefused,
    FrameUnopened,
    LinkState,
    LinkView,
    OutboxAcknowledged,
    PartnerAcknowledgement,
    PartnerFrame,
    PartnerTracks,
    PartnerWarning,
    Release,
    ReleaseWithheld,
    Stream,
    WayChanged,
)
from skypact.core.messages.track import (
    STATE_COLUMNS,
    Identity,
    OwnTracks,
    SystemTracks,
    SystemTracksDeleted,
    ThreatBatch,
    ThreatClass,
    TrackBatch,
    TracksDeleted,
)
from skypact.core.messages.umbrella import (
    CoordinatorState,
    NumbersLeased,
    NumbersWanted,
    RoleArea,
    RolesPublished,
)
from skypact.core.messages.warning import (
    AcknowledgeWarning,
    AirWarning,
    AllClearProposed,
    CommandRefused,
    Delivery,
    ImpactEllipse,
    LaunchSeen,
    Ledger,
    ReachablePlace,
    ReleaseAllClear,
    ReportShown,
    ThreatenedPlace,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningEvent,
    WarningRaised,
    WarningState,
    WarningUpdated,
)

SCHEMA_VERSION = 1

AnyMessage = (
    Datagrams
    | DatagramsDropped
    | PacketsRefused
    | FeedView
    | FeedNoted
    | Scan
    | Bearings
    | PositionReports
    | Sightings
    | SightingsUnexplained
    | LaunchDetections
    | TrackBatch
    | TracksDeleted
    | SensorRegistration
    | PlotsRefused
    | TurnMeasured
    | OwnTracks
    | SystemTracks
    | SystemTracksDeleted
    | ThreatBatch
    | PictureView
    | PlacesObserved
    | Release
    | ReleaseWithheld
    | PartnerFrame
    | FrameRefused
    | FrameTaken
    | FrameUnopened
    | TellAudit
    | PartnerAudit
    | AuditFault
    | PartnerTracks
    | PartnerWarning
    | PartnerAcknowledgement
    | OutboxAcknowledged
    | LinkView
    | WayChanged
    | NumbersWanted
    | NumbersLeased
    | RolesPublished
    | SuspendAgreement
    | ResumeAgreement
    | AgreementSuspended
    | AgreementResumed
    | SetIdentity
    | ProposeIdentity
    | ResolveConflict
    | IdentitySet
    | IdentityProposed
    | PartnerIdentity
    | IdentityConflict
    | ConflictResolved
    | IdentityCarried
    | AcknowledgeWarning
    | ReleaseAllClear
    | ReportShown
    | WarningRaised
    | WarningUpdated
    | WarningAcknowledged
    | WarningEscalated
    | AllClearProposed
    | WarningCleared
    | CommandRefused
    | Delivery
    | Notice
    | NoticeStopped
    | NoticeReported
    | AlertChanged
    | ReleaseStep
    | CancelAlert
    | OverrideWatch
    | WatchView
    | ReadinessChanged
    | SetReadiness
    | ClassifyThreat
    | ThreatClassified
    | ChannelNoted
    | NodeStarted
    | Woken
    | ClockStepped
    | InputQuarantined
    | StorageFailed
)

__all__ = [
    "DECIDED",
    "DEPENDENT",
    "FRAMED",
    "PRIMARY",
    "SCHEMA_VERSION",
    "SECONDARY",
    "STATED",
    "STATE_COLUMNS",
    "TIME_MAX_NS",
    "AcknowledgeWarning",
    "AgreementResumed",
    "AgreementSuspended",
    "AirWarning",
    "Alert",
    "AlertChanged",
    "AlertPlace",
    "AlertState",
    "AllClearProposed",
    "AnyMessage",
    "AuditFault",
    "Bearings",
    "CancelAlert",
    "Channel",
    "ChannelNoted",
    "ClassifyThreat",
    "ClockStepped",
    "CommandRefused",
    "ConflictResolved",
    "Context",
    "CoordinatorState",
    "Datagrams",
    "DatagramsDropped",
    "Delivery",
    "DeliveryState",
    "Evidence",
    "EvidenceSource",
    "FeedNoted",
    "FeedState",
    "FeedView",
    "FrameRefused",
    "FrameTaken",
    "FrameUnopened",
    "Identity",
    "IdentityCarried",
    "IdentityClaim",
    "IdentityConflict",
    "IdentityProposed",
    "IdentitySet",
    "IdentityStep",
    "ImpactEllipse",
    "InputQuarantined",
    "LaunchDetections",
    "LaunchSeen",
    "Ledger",
    "LinkState",
    "LinkView",
    "Message",
    "NodeStarted",
    "Notice",
    "NoticeArea",
    "NoticeFailure",
    "NoticeReported",
    "NoticeStopped",
    "NumbersLeased",
    "NumbersWanted",
    "OutboxAcknowledged",
    "Outcome",
    "OverrideWatch",
    "OwnTracks",
    "PacketsRefused",
    "PartnerAcknowledgement",
    "PartnerAudit",
    "PartnerFrame",
    "PartnerIdentity",
    "PartnerTracks",
    "PartnerWarning",
    "Pending",
    "PictureView",
    "PlacesObserved",
    "PlotsRefused",
    "PositionReports",
    "ProposeIdentity",
    "Reach",
    "ReachablePlace",
    "Readiness",
    "ReadinessChanged",
    "ReadinessProposal",
    "ReadinessStep",
    "Release",
    "ReleaseAllClear",
    "ReleaseStep",
    "ReleaseWithheld",
    "ReportShown",
    "ResolveConflict",
    "ResumeAgreement",
    "RoleArea",
    "RolesPublished",
    "Scan",
    "SensorRegistration",
    "SensorState",
    "SetIdentity",
    "SetReadiness",
    "Sighted",
    "SightingArea",
    "Sightings",
    "SightingsUnexplained",
    "SourceState",
    "Stage",
    "Standing",
    "StorageFailed",
    "Stream",
    "SuspendAgreement",
    "SystemTracks",
    "SystemTracksDeleted",
    "TellAudit",
    "TestedState",
    "ThreatBatch",
    "ThreatClass",
    "ThreatClassified",
    "ThreatKind",
    "ThreatenedPlace",
    "TrackBatch",
    "TrackIdentity",
    "TracksDeleted",
    "TurnMeasured",
    "WarningAcknowledged",
    "WarningCleared",
    "WarningEscalated",
    "WarningEvent",
    "WarningRaised",
    "WarningState",
    "WarningUpdated",
    "WatchState",
    "WatchView",
    "WayChanged",
    "Woken",
]
