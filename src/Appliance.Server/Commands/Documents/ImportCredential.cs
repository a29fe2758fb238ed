using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A credential that `signer import` makes.</summary>
internal sealed record ImportCredential
{
    /// <summary>RSA-2048, RSA-3072, RSA-4096, P-256, P-384 or P-521.</summary>
    [JsonPropertyName("algorithm")]
    public required string Algorithm { get; set; }

    [JsonPropertyName("multisign")]
    public int Multisign { get; set; } = 1;

    [JsonPropertyName("scal")]
    public int Scal { get; set; } = 2;

    /// <summary>none, nested or seal; null for the default of the signer's kind.</summary>
    [JsonPropertyName("extension")]
    public string? Extension { get; set; }

    /// <summary>until-exhausted or one-shot; null for the former.</summary>
    [JsonPropertyName("sadReuse")]
    public string? SadReuse { get; set; }

    /// <summary>totp, pin, code, approval with commas between them, or none; null for totp.</summary>
    [JsonPropertyName("factors")]
    public string? Factors { get; set; }

    /// <summary>
    /// Transactions of a package until the certificate's end; null for a credential without packages.
    /// </summary>
    [JsonPropertyName("package")]
    public int? Package { get; set; }

    /// <summary>The store keeps the private key, wrapped; null for what Keys:Store says.</summary>
    [JsonPropertyName("wrapped")]
    public bool? Wrapped { get; set; }

    [JsonPropertyName("years")]
    public int Years { get; set; } = 1;

    [JsonPropertyName("description")]
    public string Description { get; set; } = "";
}
