using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>
/// credentials/getChallenge (CSC API v2 11.8), and credentials/sendOTP (v1 11.8), which has no object.
/// </summary>
internal sealed class ChallengeInput
{
    [JsonPropertyName("credentialID")]
    public FieldText CredentialId { get; set; }

    [JsonPropertyName("authObjectID")]
    public FieldText AuthObjectId { get; set; }
}
