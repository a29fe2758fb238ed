using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>credentials/list (CSC API v1 11.4, v2 11.4): paging in version 1, selectors in version 2.</summary>
internal sealed class ListInput
{
    [JsonPropertyName("userID")]
    public FieldText UserId { get; set; }

    [JsonPropertyName("maxResults")]
    public FieldNumber MaxResults { get; set; }

    [JsonPropertyName("pageToken")]
    public FieldText PageToken { get; set; }

    [JsonPropertyName("credentialInfo")]
    public FieldFlag CredentialInfo { get; set; }

    [JsonPropertyName("certificates")]
    public FieldText Certificates { get; set; }

    [JsonPropertyName("certInfo")]
    public FieldFlag CertInfo { get; set; }

    [JsonPropertyName("authInfo")]
    public FieldFlag AuthInfo { get; set; }

    [JsonPropertyName("onlyValid")]
    public FieldFlag OnlyValid { get; set; }
}
