using System.Security.Cryptography;
using Appliance.Factors;
using Appliance.Pkcs11;
using Appliance.Server.Commands.Documents;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Commands.Imports;

/// <summary>One signer on its way through an import.</summary>
internal sealed class SignerPlan
{
    public required Guid SignerId { get; init; }

    public required Guid ProfileId { get; init; }

    public required string UserName { get; init; }

    public required string DisplayName { get; init; }

    public required string Password { get; init; }

    public required bool Factor { get; init; }

    public required ProfileKind Kind { get; init; }

    /// <summary>Null for a signer that is reached nowhere.</summary>
    public required Contact? Contact { get; init; }

    public List<CredentialOrder> Orders { get; } = [];

    /// <summary>For each order the transactions of its package; null for none.</summary>
    public List<int?> Packages { get; } = [];

    public List<PreparedCredential> Credentials { get; } = [];

    public byte[] PasswordHash { get; set; } = [];

    public string? TotpSecret { get; set; }

    public ImportedSigner ToDocument() => new()
    {
        Id = SignerId,
        User = UserName,
        Password = Password,
        TotpSecret = TotpSecret,
        Credentials = [.. Credentials.Select(credential => new ImportedCredential(
            credential.Row.Id,
            AlgorithmName.Of((KeyAlgorithm)credential.Row.KeyAlgorithm),
            PemEncoding.WriteString("CERTIFICATE", credential.Row.Certificates[0]) + "\n"))],
    };
}
