using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>auth/login (CSC API v1 11.2, v2 11.2).</summary>
internal sealed class LoginInput
{
    [JsonPropertyName("refresh_token")]
    public FieldText RefreshToken { get; set; }

    [JsonPropertyName("rememberMe")]
    public FieldFlag RememberMe { get; set; }
}
