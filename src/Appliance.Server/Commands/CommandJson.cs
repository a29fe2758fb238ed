using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands;

/// <summary>The JSON that commands read and write; every name is pinned at its property.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(WarningDocument))]
[JsonSerializable(typeof(AdminDocument))]
[JsonSerializable(typeof(IReadOnlyList<AdminDocument>))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(SlotsDocument))]
[JsonSerializable(typeof(SignerDocument))]
[JsonSerializable(typeof(ContactDocument))]
[JsonSerializable(typeof(SignerExportDocument))]
[JsonSerializable(typeof(SignerStateDocument))]
[JsonSerializable(typeof(CredentialDocument))]
[JsonSerializable(typeof(IReadOnlyList<CredentialDocument>))]
[JsonSerializable(typeof(ImportKey))]
[JsonSerializable(typeof(AdoptionDocument))]
[JsonSerializable(typeof(IReadOnlyList<AdoptionDocument>))]
[JsonSerializable(typeof(IReadOnlyList<FreeKeyDocument>))]
[JsonSerializable(typeof(PackageDocument))]
[JsonSerializable(typeof(ProfileDocument))]
[JsonSerializable(typeof(IReadOnlyList<ProfileDocument>))]
[JsonSerializable(typeof(LimitDocument))]
[JsonSerializable(typeof(OrganisationDocument))]
[JsonSerializable(typeof(IReadOnlyList<OrganisationDocument>))]
[JsonSerializable(typeof(IReadOnlyList<PackageDocument>))]
[JsonSerializable(typeof(ClientDocument))]
[JsonSerializable(typeof(IReadOnlyList<ClientDocument>))]
[JsonSerializable(typeof(ClientSecretDocument))]
[JsonSerializable(typeof(FactorDocument))]
[JsonSerializable(typeof(ActivationDocument))]
[JsonSerializable(typeof(InvitationDocument))]
[JsonSerializable(typeof(InitDocument))]
[JsonSerializable(typeof(RootKeyCopyDocument))]
[JsonSerializable(typeof(IReadOnlyList<ImportSigner>))]
[JsonSerializable(typeof(IReadOnlyList<ImportedSigner>))]
[JsonSerializable(typeof(IReadOnlyList<AuditDocument>))]
[JsonSerializable(typeof(AuditReportDocument))]
[JsonSerializable(typeof(AuditSealDocument))]
[JsonSerializable(typeof(IReadOnlyList<AuditSealDocument>))]
[JsonSerializable(typeof(AuditKeyDocument))]
[JsonSerializable(typeof(AuditPruneDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(ClockDocument))]
[JsonSerializable(typeof(ClockAssertionDocument))]
[JsonSerializable(typeof(TimestampKeyDocument))]
[JsonSerializable(typeof(StampDocument))]
[JsonSerializable(typeof(VerificationDocument))]
[JsonSerializable(typeof(BatchDocument))]
[JsonSerializable(typeof(IReadOnlyList<TimestampUnitDocument>))]
internal sealed partial class CommandJson : JsonSerializerContext;
