using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>credentials/authorize (CSC API v1 11.6, v2 11.6), with the names of either version.</summary>
internal sealed class AuthorizeInput
{
    [JsonPropertyName("credentialID")]
    public FieldText CredentialId { get; set; }

    [JsonPropertyName("numSignatures")]
    public FieldNumber NumSignatures { get; set; }

    [JsonPropertyName("hash")]
    public FieldHashes Hash { get; set; }

    [JsonPropertyName("hashes")]
    public FieldHashes Hashes { get; set; }

    [JsonPropertyName("hashAlgo")]
    public FieldText HashAlgo { get; set; }

    [JsonPropertyName("hashAlgorithmOID")]
    public FieldText HashAlgorithmOid { get; set; }

    /// <summary>Ours, beside the standard's: <c>sign</c> (default) or <c>tls-login</c>.</summary>
    [JsonPropertyName("purpose")]
    public FieldText Purpose { get; set; }

    [JsonPropertyName("PIN")]
    public FieldText Pin { get; set; }

    [JsonPropertyName("OTP")]
    public FieldText Otp { get; set; }

    [JsonPropertyName("authData")]
    public FieldAuthData AuthData { get; set; }

    [JsonPropertyName("description")]
    public FieldText Description { get; set; }
}
