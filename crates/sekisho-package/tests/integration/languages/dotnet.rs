//! NuGet and Paket.

use super::{check, check_all};

#[test]
fn lock_files_of_nuget() {
    check(
        "nuget lock",
        "packages.lock.json",
        r#"{
  "version": 1,
  "dependencies": {
    "net7.0": {
      "Newtonsoft.Json": {
        "type": "Direct",
        "requested": "[13.0.3, )",
        "resolved": "13.0.3",
        "contentHash": "HrC5BXdl00IP9zeV+0Z848QWPAoCr9P3bDEZguI+gkLcBKAOxix/tLEAAHC+UvDNPv4a2d18lOReHMOagPa+zQ=="
      },
      "Serilog.Sinks.File": { "type": "Transitive", "resolved": "5.0.0", "dependencies": { "serilog": "2.10.0" } },
      "Serilog": { "type": "CentralTransitive", "requested": "[2.12.0, )", "resolved": "2.12.0" },
      "own": { "type": "Project", "dependencies": { "Serilog": "[2.12.0, )" } }
    },
    "net7.0/linux-x64": {
      "Serilog": { "type": "Transitive", "resolved": "2.12.0" }
    }
  }
}
"#,
        &[
            "nuget/Newtonsoft.Json@13.0.3 :5 direct sha512:1eb0b905",
            "nuget/Serilog.Sinks.File@5.0.0 :11 indirect > nuget/Serilog@2.12.0",
            "nuget/Serilog@2.12.0 :12 indirect",
        ],
    );
}

#[test]
fn assets_and_programs() {
    check_all(
        "dotnet deps",
        &[
            (
                "app/App.deps.json",
                r#"{
  "runtimeTarget": { "name": ".NETCoreApp,Version=v7.0", "signature": "" },
  "targets": {
    ".NETCoreApp,Version=v7.0": {
      "App/1.0.0": { "dependencies": { "Newtonsoft.Json": "13.0.3" }, "runtime": { "App.dll": {} } },
      "Newtonsoft.Json/13.0.3": { "runtime": {}, "dependencies": { "System.Memory": "4.5.5" } },
      "System.Memory/4.5.5": {}
    }
  },
  "libraries": {
    "App/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
    "Newtonsoft.Json/13.0.3": { "type": "package", "serviceable": true, "sha512": "sha512-HrC5BXdl00IP9zeV+0Z848QWPAoCr9P3bDEZguI+gkLcBKAOxix/tLEAAHC+UvDNPv4a2d18lOReHMOagPa+zQ==", "path": "newtonsoft.json/13.0.3" },
    "System.Memory/4.5.5": { "type": "package", "sha512": "" },
    "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/7.0.8": { "type": "runtimepack" },
    "Beside/1.0.0": { "type": "reference" }
  }
}
"#,
            ),
            (
                "obj/project.assets.json",
                r#"{
  "version": 3,
  "targets": { "net7.0": { "Dapper/2.0.123": { "type": "package", "dependencies": { "system.memory": "4.5.4" } } } },
  "libraries": { "Dapper/2.0.123": { "type": "package" }, "System.Memory/4.5.4": { "type": "package" }, "Own/1.0.0": { "type": "project" } },
  "project": { "frameworks": { "net7.0": { "dependencies": { "Dapper": { "target": "Package", "version": "[2.0.123, )" } } } } }
}
"#,
            ),
        ],
        &[
            "nuget/Dapper@2.0.123 :4 direct > nuget/System.Memory@4.5.4",
            "nuget/Microsoft.NETCore.App.Runtime.linux-x64@7.0.8 :14",
            "nuget/Newtonsoft.Json@13.0.3 :12 sha512:1eb0b905 > nuget/System.Memory@4.5.5",
            "nuget/System.Memory@4.5.4 :4 indirect",
            "nuget/System.Memory@4.5.5 :13",
        ],
    );
}

#[test]
fn projects_of_dotnet() {
    check_all(
        "dotnet projects",
        &[
            (
                "packages.config",
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<packages>\n  <package id=\"jQuery\" version=\"3.6.0\" targetFramework=\"net48\" />\n  <package id=\"NUnit\" version=\"3.13.3\" developmentDependency=\"true\" />\n</packages>\n",
            ),
            (
                "Directory.Packages.props",
                r#"<Project>
  <PropertyGroup>
    <ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>
    <GrpcVersion>2.55.0</GrpcVersion>
  </PropertyGroup>
  <ItemGroup>
    <PackageVersion Include="Grpc.Core" Version="$(GrpcVersion)" />
    <PackageVersion Include="Polly" Version="[7.2.4]" />
    <PackageVersion Include="Floating" Version="1.*" />
    <PackageVersion Include="Unknown" Version="$(Nowhere)" />
    <GlobalPackageReference Include="StyleCop.Analyzers" Version="1.1.118" PrivateAssets="All" />
  </ItemGroup>
</Project>
"#,
            ),
            (
                "src/App.csproj",
                r#"<Project Sdk="Microsoft.NET.Sdk">
  <ItemGroup>
    <PackageReference Include="Dapper" Version="2.0.123" />
    <PackageReference Include="AutoMapper">
      <Version>12.0.1</Version>
    </PackageReference>
    <PackageReference Include="Central" />
  </ItemGroup>
</Project>
"#,
            ),
            (
                "paket.lock",
                "RESTRICTION: == net6.0\nNUGET\n  remote: https://api.nuget.org/v3/index.json\n    FSharp.Core (7.0.300)\n    Suave (2.6.2) - restriction: >= net6.0\n      FSharp.Core (>= 4.0)\nGITHUB\n  remote: x/y\n    file.fs (abc)\nGROUP Test\nNUGET\n  remote: https://api.nuget.org/v3/index.json\n    Expecto (9.0.4)\n",
            ),
        ],
        &[
            "nuget/AutoMapper@12.0.1 :4 direct",
            "nuget/Dapper@2.0.123 :3 direct",
            "nuget/Expecto@9.0.4 :13 dev",
            "nuget/FSharp.Core@7.0.300 :4",
            "nuget/Grpc.Core@2.55.0 :7 direct",
            "nuget/NUnit@3.13.3 :4 dev",
            "nuget/Polly@7.2.4 :8 direct",
            "nuget/StyleCop.Analyzers@1.1.118 :11 direct dev",
            "nuget/Suave@2.6.2 :5 > nuget/FSharp.Core@7.0.300",
            "nuget/jQuery@3.6.0 :3",
        ],
    );
    check(
        "packages.config in quotes",
        "x/packages.config",
        "<packages><package id='A' version='1.0'/></packages>",
        &["nuget/A@1.0 :1"],
    );
}
