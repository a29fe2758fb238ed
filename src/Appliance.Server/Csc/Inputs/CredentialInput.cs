using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>credentials/info (CSC API v1 11.5, v2 11.5).</summary>
internal sealed class CredentialInput
{
    [JsonPropertyName("credentialID")]
    public FieldText CredentialId { get; set; }

    [JsonPropertyName("certificates")]
    public FieldText Certificates { get; set; }

    [JsonPropertyName("certInfo")]
    public FieldFlag CertInfo { get; set; }

    [JsonPropertyName("authInfo")]
    public FieldFlag AuthInfo { get; set; }
}
